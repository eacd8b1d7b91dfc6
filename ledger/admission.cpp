#include "ledger/admission.h"

#include <fmt/format.h>

#include "ledger/parsed.h"

namespace touchstone::ledger {
namespace {

std::optional<Rejection> check_key(const OrganisationRecord& organisation, const ParsedInfo& transaction,
                                   Height height) {
    bool known = false;
    for (const OrganisationKey& key : organisation.keys) {
        if (key.key != transaction.key) continue;
        known = true;
        if (key.revoked.value == 0 || height < key.revoked) return std::nullopt;
    }
    return Rejection{known ? Refusal::kRevokedKey : Refusal::kUnknownKey, transaction.key.hex()};
}

}  // namespace

std::optional<Rejection> check_admission(const ParsedInfo& transaction, const BlockContext& context, Overlay& overlay) {
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
    const OrganisationRecord* const organisation = overlay.organisation(transaction.organisation);
    if (organisation == nullptr) return Rejection{Refusal::kUnknownOrganisation, transaction.organisation};
    if (organisation->suspended) return Rejection{Refusal::kSuspendedOrganisation, organisation->id};
    return check_key(*organisation, transaction, context.height);
}

std::optional<Rejection> admit(const ParsedTransaction& transaction, const BlockContext& context,
                               const ReadRecord& read) {
    Overlay overlay(read);
    return check_admission(transaction.info(), context, overlay);
}

std::optional<Rejection> check_signature(const ParsedTransaction& transaction) {
    const SignedTransaction& carried = *transaction.carried();
    if (crypto::verify(transaction.info().key, transaction_signing_bytes(carried.payload), carried.signature))
        return std::nullopt;
    return Rejection{Refusal::kBadSignature, transaction.info().key.hex()};
}

}  // namespace touchstone::ledger
