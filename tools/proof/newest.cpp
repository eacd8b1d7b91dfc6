#include "tools/proof/newest.h"

#include <future>

#include "tools/proof/epochs.h"
#include "tools/proof/provenance.h"

namespace touchstone::tools {
namespace {

Result<NewestAnswer> ask_one(const GlobalOptions& options, const ItemQuery& query) {
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(Trust trust, load_trust_and_follow(options.trust, client));
    TRY_ASSIGN(ProvenItem proven, fetch_item(trust, query, client));
    return NewestAnswer{std::move(client), std::move(trust), std::move(proven), {}};
}

Height height_of(const NewestAnswer& answer) { return answer.proven.signed_header.header.height; }

// What a node said weighs more than that another one is out of reach.
bool tells_more(const Error& error, const Error& than) { return is_unreachable(than) && !is_unreachable(error); }

}  // namespace

Result<NewestAnswer> ask_newest(const GlobalOptions& options, const ItemQuery& query) {
    if (options.rpc.size() < 2) {
        TRY_ASSIGN(NewestAnswer only, ask_one(options, query));
        only.nodes.push_back({only.client.url(), height_of(only), std::nullopt});
        return only;
    }
    std::vector<std::future<Result<NewestAnswer>>> asked;
    for (const std::string& url : options.rpc) {
        GlobalOptions alone = options;
        alone.rpc = {url};
        asked.push_back(std::async(std::launch::async, [alone, &query] { return ask_one(alone, query); }));
    }
    std::optional<NewestAnswer> newest;
    std::optional<Error> fault;
    std::vector<NodeWord> nodes;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        Result<NewestAnswer> answer = asked[i].get();
        if (!answer.ok()) {
            nodes.push_back({options.rpc[i], Height(0), answer.error()});
            if (!fault || tells_more(answer.error(), *fault)) fault = answer.error();
            continue;
        }
        nodes.push_back({options.rpc[i], height_of(*answer), std::nullopt});
        if (!newest || height_of(*newest) < height_of(*answer)) newest.emplace(*std::move(answer));
    }
    if (!newest) return *fault;
    newest->nodes = std::move(nodes);
    return *std::move(newest);
}

}  // namespace touchstone::tools
