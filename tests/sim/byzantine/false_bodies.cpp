#include "tests/sim/byzantine/false_bodies.h"

namespace touchstone::sim {

bool BodyLiar::gut(const node::ReceivedBlock& block) {
    if (block.block.transactions.empty()) return false;
    gutted_.emplace(block.hash, ledger::Block{block.block.header, {}}.encode());
    return true;
}

bool BodyLiar::passes_out(std::size_t to, const node::Message& message) {
    if (const auto* body = std::get_if<node::BodyMessage>(&message)) {
        if (!gut(body->block)) return true;
        if (to == victim_) return false;
        return true;
    }
    if (const auto* proposal = std::get_if<node::ProposalMessage>(&message)) {
        if (!gut(proposal->block) || to != victim_) return true;
        send(to, node::encode(proposal->vote));
        return false;
    }
    return true;
}

bool BodyLiar::passes_in(std::size_t from, const node::Message& message) {
    if (const auto* body = std::get_if<node::BodyMessage>(&message); body && gut(body->block)) {
        const ledger::Header& header = body->block.block.header;
        const consensus::Vote vote =
            sign({header.epoch, consensus::VoteKind::kNotarize, header.view, header.view.prev(), body->block.hash});
        to_others([&](std::size_t node) {
            send(node, node::encode_body(gutted_[body->block.hash]));
            send(node, node::encode_proposal(gutted_[body->block.hash], vote));
        });
    }
    const auto* const asked = std::get_if<node::BodyRequestMessage>(&message);
    if (asked == nullptr || !gutted_.contains(asked->digest)) return true;
    send(from, node::encode_body(gutted_[asked->digest]));
    return false;
}

}  // namespace touchstone::sim
