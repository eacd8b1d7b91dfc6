#include "tools/proof/epochs.h"

namespace touchstone::tools {

Result<Trust> load_trust_and_follow(const std::string& path, RpcClient& client) {
    TRY_ASSIGN(Trust trust, load_trust(path));
    for (bool complete = false; !complete;) {
        const std::size_t known = trust.epochs.size();
        TRY_ASSIGN(const nlohmann::json answer, client.call("chain_epochs", {{"from", known}}));
        const auto epochs = answer.is_object() ? answer.find("epochs") : answer.end();
        if (epochs == answer.end() || !epochs->is_array())
            return Error{"unproven", "the node does not tell who validates: its answer to chain_epochs is malformed"};
        for (const nlohmann::json& told : *epochs) TRY(follow_epoch(trust, told));
        const auto more = answer.find("complete");
        complete = more == answer.end() || *more != false || trust.epochs.size() == known;
    }
    return trust;
}

Result<ProvenRecord> ask_proven(const GlobalOptions& options, const ProvenQuestion& question) {
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(const Trust trust, load_trust_and_follow(options.trust, client));
    TRY_ASSIGN(const nlohmann::json answer, client.call(question.method, question.params));
    return check_record_answer(trust, question.key, answer);
}

}  // namespace touchstone::tools
