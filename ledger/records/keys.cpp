#include "ledger/records/keys.h"

#include "base/codec.h"
#include "crypto/sha256.h"

namespace touchstone::ledger {
namespace {

Bytes number_bytes(std::uint64_t value) { return std::move(Writer{}.u64(value)).take(); }

// The first bits of a key, and how many they are.
struct Region {
    std::uint8_t bits;
    std::uint8_t mask;
};
constexpr Region kAskedByAnybody{0x00, 0x80};
constexpr Region kNamedFreely{0x80, 0xc0};
constexpr Region kNamedByNobody{0xc0, 0xc0};

StateKey made(const Region& region, std::string_view tag, std::initializer_list<ByteView> parts) {
    Hash256 hash = crypto::tagged_hash(tag, parts);
    std::uint8_t& first = hash.bytes[0];
    first = static_cast<std::uint8_t>((first & ~region.mask) | region.bits);
    return StateKey::written(hash);
}

}  // namespace

Hash256 serial_commitment(std::string_view gtin14, std::string_view serial) {
    return crypto::tagged_hash("touchstone/serial/1", {as_bytes(gtin14), as_bytes(serial)});
}

Hash256 sscc_commitment(std::string_view sscc) { return crypto::tagged_hash("touchstone/sscc/1", {as_bytes(sscc)}); }

StateKey item_key(std::string_view gtin14, const Hash256& commitment) {
    return made(kAskedByAnybody, "touchstone/item/2", {as_bytes(gtin14), commitment.view()});
}

StateKey container_key(std::string_view maker, const Hash256& commitment) {
    return made(kNamedFreely, "touchstone/container/2", {commitment.view(), as_bytes(maker)});
}

StateKey organisation_key(std::string_view id) { return made(kAskedByAnybody, "touchstone/organisation/1", {as_bytes(id)}); }

StateKey product_key(std::string_view gtin14) { return made(kAskedByAnybody, "touchstone/product/1", {as_bytes(gtin14)}); }

StateKey licence_key(std::string_view gtin14, std::string_view manufacturer) {
    return made(kNamedByNobody, "touchstone/licence/1", {as_bytes(gtin14), as_bytes(manufacturer)});
}

StateKey lot_key(std::string_view gtin14, std::string_view lot) {
    return made(kNamedFreely, "touchstone/lot/1", {as_bytes(gtin14), as_bytes(lot)});
}

StateKey product_volume_key(std::string_view gtin14) { return made(kNamedByNobody, "touchstone/product-volume/1", {as_bytes(gtin14)}); }

StateKey lot_volume_key(std::string_view gtin14, std::string_view lot) {
    return made(kNamedFreely, "touchstone/lot-volume/1", {as_bytes(gtin14), as_bytes(lot)});
}

StateKey transaction_key(const Hash256& transaction_id) {
    return made(kNamedFreely, "touchstone/transaction/1", {transaction_id.view()});
}

StateKey expiry_key(Height height) { return made(kNamedFreely, "touchstone/expiry/1", {number_bytes(height.value)}); }

StateKey expiry_chunk_key(std::uint64_t valid_until, Height recorded) {
    return made(kNamedFreely, "touchstone/expiry-chunk/1", {number_bytes(valid_until), number_bytes(recorded.value)});
}

StateKey parameters_key() { return made(kNamedByNobody, "touchstone/parameters/1", {}); }

StateKey validators_key() { return made(kNamedByNobody, "touchstone/validator-set/1", {}); }

StateKey activity_key() { return made(kNamedByNobody, "touchstone/activity/1", {}); }

StateKey epoch_key(Epoch epoch) { return made(kNamedByNobody, "touchstone/epoch/1", {number_bytes(epoch.value)}); }

StateKey council_key() { return made(kNamedByNobody, "touchstone/council/1", {}); }

StateKey proposal_key(std::uint64_t number) { return made(kNamedByNobody, "touchstone/proposal/1", {number_bytes(number)}); }

StateKey organisation_name_key(std::string_view identity) {
    return made(kNamedByNobody, "touchstone/organisation-name/1", {as_bytes(identity)});
}

StateKey prefixes_key() { return made(kNamedByNobody, "touchstone/prefixes/1", {}); }

Hash256 report_id(const Hash256& transaction_id, std::uint32_t operation) {
    const Bytes index = std::move(Writer{}.u32(operation)).take();
    return crypto::tagged_hash("touchstone/report-id/1", {transaction_id.view(), index});
}

StateKey report_key(const Hash256& id) { return made(kNamedFreely, "touchstone/report/1", {id.view()}); }

StateKey report_stats_key(std::string_view organisation, std::string_view month) {
    return made(kNamedByNobody, "touchstone/report-stats/1", {as_bytes(organisation), as_bytes(month)});
}

StateKey reporter_key(std::string_view organisation) { return made(kNamedByNobody, "touchstone/reporter/1", {as_bytes(organisation)}); }

StateKey seller_key(const Hash256& pseudonym) { return made(kAskedByAnybody, "touchstone/seller/1", {pseudonym.view()}); }

StateKey document_key(const Hash256& document, std::string_view organisation) {
    return made(kAskedByAnybody, "touchstone/document/1", {document.view(), as_bytes(organisation)});
}

}  // namespace touchstone::ledger
