#include "tests/sim/byzantine/boaster.h"

namespace touchstone::sim {
namespace {

constexpr Duration kAtTheLastMoment = milliseconds(2900);

}  // namespace

void Boaster::boast() {
    node::StatusMessage status{Height(std::uint64_t{1} << 63), View(std::uint64_t{1} << 63)};
    if (proof_ == Proof::kForged) {
        status.proof.emplace();
        status.proof->header.height = status.height;
        consensus::Certificate forged;
        forged.subject = {Epoch(0), consensus::VoteKind::kFinalize, status.view, View(0), status.proof->header.hash()};
        for (std::uint32_t signer = 0; signer < 3; ++signer) {
            forged.signers.emplace_back(signer);
            forged.signatures.push_back(sign(forged.subject).signature);
        }
        status.proof->certificate_bytes = forged.encode(simulator().weather().validators);
    }
    to_others([&](std::size_t node) { send(node, node::encode(status)); });
    simulator().schedule(milliseconds(100), [this] { boast(); });
}

bool Boaster::passes_out(std::size_t to, const node::Message& message) {
    const auto* const range = std::get_if<node::BlockRangeMessage>(&message);
    if (range == nullptr || range->blocks.empty()) return true;
    const node::FinalBlock& first = range->blocks.front();
    if (!first.certificate) return true;
    ++served_;
    const node::StoredRange slow{range->from, {{*first.block.encoded, first.certificate_bytes}}, range->tip, {}};
    simulator().schedule(kAtTheLastMoment, [this, to, frame = node::encode(slow)] { send(to, frame); });
    return false;
}

}  // namespace touchstone::sim
