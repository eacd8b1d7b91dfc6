// chain_validators, chain_epochs, chain_parameters, proposal_get, proposal_list.
#include "ledger/records/validator_records.h"
#include "rpc/answer_parts.h"
#include "rpc/governance_json.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

constexpr std::size_t kEpochsPerPage = 100;

void write_pending(JsonWriter& out, const ledger::ValidatorsRecord& record) {
    out.key("pending").begin_array();
    for (const ledger::PendingValidator& one : record.pending) {
        out.begin_object();
        write_validator_fields(out, one.validator);
        out.field("voted_in", one.voted_in.value).key("replaces");
        one.replaces ? out.hex(one.replaces->view()) : out.null();
        out.end_object();
    }
    out.end_array();
}

HandlerError chain_validators(const CallContext& context, const Params&, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const auto record, read_record<ledger::ValidatorsRecord>(*view, ledger::validators_key()));
    HANDLER_TRY(const auto activity, read_record<ledger::ActivityRecord>(*view, ledger::activity_key()));
    if (!record) return not_found("The state has no validators: the node's store is damaged.");
    const std::size_t faults = (record->validators.size() - 1) / 3;
    out.begin_object().field("epoch", record->epoch.value).field("since", record->since.value);
    out.field("quorum", record->validators.size() - faults).field("faults", faults).key("validators").begin_array();
    for (std::size_t i = 0; i < record->validators.size(); ++i) {
        out.begin_object().field("index", i);
        write_validator_fields(out, record->validators[i]);
        const auto proposed = activity ? activity->of(record->validators[i].key) : std::nullopt;
        out.key("proposed");
        proposed ? out.number(proposed->value) : out.null();
        out.end_object();
    }
    out.end_array();
    write_pending(out, *record);
    out.end_object();
    return std::nullopt;
}

// The last block of the epoch before, as its quorum signed it, and the validators whose hash it names.
HandlerError write_epoch(const CallContext& context, const ledger::ValidatorsRecord& record, JsonWriter& out) {
    const auto closing = context.node().block(record.since);
    if (!closing.ok()) return from_error(closing.error());
    out.begin_object().field("epoch", record.epoch.value).field("height", record.since.value);
    out.field_base64("header", (*closing)->block.header.encode());
    out.field_base64("certificate", (*closing)->certificate);
    out.key("validators").begin_array();
    for (const ledger::GenesisValidator& validator : record.validators) {
        out.begin_object();
        write_validator_fields(out, validator);
        out.end_object();
    }
    out.end_array().end_object();
    return std::nullopt;
}

HandlerError chain_epochs(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::optional<std::uint64_t> from, params.number("from"));
    const auto view = context.node().read();
    std::uint64_t next = std::max<std::uint64_t>(from.value_or(1), 1);
    const std::uint64_t end = next + kEpochsPerPage;
    bool complete = false;
    out.begin_object().key("epochs").begin_array();
    for (; next < end; ++next) {
        HANDLER_TRY(const auto record, read_record<ledger::ValidatorsRecord>(*view, ledger::epoch_key(Epoch(next))));
        complete = !record;
        if (complete) break;
        if (auto error = write_epoch(context, *record, out)) return error;
    }
    out.end_array().field("complete", complete).key("next");
    complete ? out.null() : out.number(next);
    out.end_object();
    return std::nullopt;
}

HandlerError chain_parameters(const CallContext& context, const Params&, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const auto parameters, read_record<ledger::Parameters>(*view, ledger::parameters_key()));
    if (!parameters) return not_found("The state has no parameters: the node's store is damaged.");
    out.begin_object().key("parameters");
    write_parameters(out, *parameters);
    if (auto error = write_proven(out, *view, {RecordKind::kParameters, ledger::parameters_key()})) return error;
    out.end_object();
    return std::nullopt;
}

HandlerError proposal_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::optional<std::uint64_t> number, params.number("number"));
    if (!number) return invalid_params("number: the proposal's.");
    const auto view = context.node().read();
    const ledger::StateKey key = ledger::proposal_key(*number);
    HANDLER_TRY(const auto proposal, read_record<ledger::ProposalRecord>(*view, key));
    if (!proposal) return not_found("There is no such proposal.");
    out.begin_object().key("proposal");
    write_proposal(out, *proposal, view->tip().header.time);
    if (auto error = write_proven(out, *view, {RecordKind::kProposal, key})) return error;
    out.end_object();
    return std::nullopt;
}

HandlerError proposal_list(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::optional<std::string> state_name, params.text("state"));
    std::optional<ledger::ProposalState> state;
    if (state_name) {
        state = ledger::proposal_state_from(*state_name);
        if (!state) return invalid_params("state: open, passed, rejected, withdrawn or expired.");
    }
    const auto view = context.node().read();
    HANDLER_TRY(const IndexPage page, index_page(context, *view, params, ledger::proposal_index_prefix(state)));
    out.begin_object().key("proposals").begin_array();
    for (const Bytes& key : page.keys) {
        const auto number = ledger::parse_proposal_index(key);
        if (!number) return index_fault();
        HANDLER_TRY(const auto proposal, read_record<ledger::ProposalRecord>(*view, ledger::proposal_key(*number)));
        if (!proposal) return index_fault();
        write_proposal(out, *proposal, view->tip().header.time);
    }
    write_page_end(out, page);
    return std::nullopt;
}

constexpr std::string_view kProposalExample =
    R"({"proposal":{"number":3,"proposer":"acme","change":{"kind":"add_validator","organisation":"bazaar","name":"bazaar-1","key":"c3…"},"reason":"their turn","opened_at_ms":1767225600000,"deadline_ms":1767830400000,"state":"passed","decided_at":71,"votes":[{"organisation":"acme","approve":true,"reason":"their turn","height":70},{"organisation":"bazaar","approve":true,"reason":"","height":71}]},"proof":[{"kind":"proposal","key":"9c…","record":"AQAA…","path":"AAIA…"}],"height":80,"header":"AAFd…","certificate":"AAAA…"})";

}  // namespace

std::vector<MethodInfo> governance_methods() {
    return {
        {"chain_validators",
         Access::kPublic,
         "Who validates, in the order of their indexes, and near which height each last led a block (proposed; to "
         "within "
         "8 heights). pending: voted in, and not yet shown to be synced.",
         {},
         schema::kObject,
         "{}",
         R"({"epoch":1,"since":71,"quorum":3,"faults":1,"validators":[{"index":0,"organisation":"acme","name":"node-1","key":"c3…","proposed":120}],"pending":[]})",
         chain_validators,
         nullptr},
        {"chain_epochs",
         Access::kPublic,
         "The changes of validators and parameters, so that a client that trusts the genesis can follow them: for each "
         "epoch the last block of the one before, signed by its validators, and the new validators, whose hash that "
         "block's header carries (docs/verify.md). At most 100 in one answer; next: where to go on.",
         {{"from", schema::kHeight, false, "The first epoch wanted; without it, 1."}},
         schema::kObject,
         R"({"from":1})",
         R"({"epochs":[{"epoch":1,"height":71,"header":"AAFd…","certificate":"AAAA…","validators":[{"organisation":"acme","name":"node-1","key":"c3…"}]}],"complete":true,"next":null})",
         chain_epochs,
         nullptr},
        {"chain_parameters",
         Access::kPublic,
         "The parameters that all validators work by, with proof.",
         {},
         schema::kObject,
         "{}",
         R"({"parameters":{"block_bytes_max":8388608,"retry_ms":500},"proof":[{"kind":"parameters","key":"9c…","record":"AQAA…","path":"AAIA…"}],"height":80,"header":"AAFd…","certificate":"AAAA…"})",
         chain_parameters,
         nullptr},
        {"proposal_get",
         Access::kMember,
         "A proposal to the council, its votes, and the proof.",
         {{"number", schema::kHeight, true, "The proposal's number."}},
         schema::kObject,
         R"({"number":3})",
         kProposalExample,
         proposal_get,
         nullptr},
        {"proposal_list",
         Access::kMember,
         "Proposals by state, and then from the oldest on.",
         {{"state", schema::kText, false, "Only open, passed, rejected, withdrawn or expired ones."},
          {"limit", schema::kLimit, false, "Entries in one answer."},
          {"cursor", schema::kText, false, "Where an earlier answer ended."}},
         schema::kPage,
         R"({"state":"open"})",
         R"({"proposals":[{"number":3,"proposer":"acme","state":"open","votes":[{"organisation":"acme","approve":true,"reason":"their turn","height":70}]}],"complete":true,"cursor":null})",
         proposal_list,
         nullptr},
    };
}

}  // namespace touchstone::rpc
