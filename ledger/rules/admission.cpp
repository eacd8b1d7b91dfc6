#include "ledger/rules/admission.h"

#include <fmt/format.h>

#include "ledger/schema/build.h"
#include "ledger/schema/parsed.h"

namespace touchstone::ledger {
namespace {

std::optional<Rejection> check_possession(const ParsedTransaction& transaction) {
    for (const Operation& operation : transaction.operations()) {
        const auto* const add = std::get_if<op::AddKey>(&operation);
        if (add == nullptr) continue;
        const ParsedInfo& known = transaction.info();
        if (!crypto::verify(add->key, key_possession_bytes(known.chain_id, known.organisation), add->possession))
            return Rejection{Refusal::kBadPossession, add->key.hex()};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Rejection> check_placement(const ParsedInfo& transaction, const BlockContext& context, Overlay& overlay) {
    const std::uint64_t height = context.height.value;
    if (transaction.chain_id != context.chain_id)
        return Rejection{Refusal::kWrongChain, fmt::format("this chain is {}", context.chain_id.hex())};
    if (transaction.valid_until < height)
        return Rejection{Refusal::kExpired,
                         fmt::format("valid until {}, the next block is {}", transaction.valid_until, height)};
    if (transaction.valid_until - height > context.parameters.validity_heights_max)
        return Rejection{Refusal::kValidityTooLong, fmt::format("valid until {}, at most {}", transaction.valid_until,
                                                                height + context.parameters.validity_heights_max)};
    if (const auto* recorded = overlay.transactions.get(transaction_key(transaction.id)))
        return Rejection{Refusal::kDuplicateTransaction, fmt::format("recorded at height {}", recorded->height.value)};
    return std::nullopt;
}

std::optional<Rejection> check_signer(const ParsedInfo& transaction, const BlockContext& context, Overlay& overlay) {
    const OrganisationRecord* const organisation = overlay.organisation(transaction.organisation);
    if (organisation == nullptr) return Rejection{Refusal::kUnknownOrganisation, transaction.organisation};
    if (organisation->suspended) return Rejection{Refusal::kSuspendedOrganisation, organisation->id};
    const OrganisationKey* const key = organisation->find_key(transaction.key);
    if (key == nullptr) return Rejection{Refusal::kUnknownKey, transaction.key.hex()};
    if (!key->in_force(context.height)) return Rejection{Refusal::kRevokedKey, transaction.key.hex()};
    return std::nullopt;
}

std::optional<Rejection> admit(const ParsedTransaction& transaction, const BlockContext& context,
                               const ReadRecord& read) {
    Overlay overlay(read);
    if (auto rejection = check_placement(transaction.info(), context, overlay)) return rejection;
    return check_signer(transaction.info(), context, overlay);
}

std::optional<Rejection> check_signature(const ParsedTransaction& transaction) {
    const SignedTransaction& carried = *transaction.carried();
    if (!crypto::verify(transaction.info().key, transaction_signing_bytes(carried.payload), carried.signature))
        return Rejection{Refusal::kBadSignature, transaction.info().key.hex()};
    return check_possession(transaction);
}

}  // namespace touchstone::ledger
