#include "ledger/records/index.h"

#include "base/codec.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kGtinSize = 14;

Bytes key_of(char list, std::string_view first, std::string_view second = {}) {
    Writer writer;
    writer.reserve(2 + first.size() + second.size());
    writer.u8('i').u8(static_cast<std::uint8_t>(list)).raw(as_bytes(first)).raw(as_bytes(second));
    return std::move(writer).take();
}

std::optional<std::string_view> content_of(char list, ByteView key) {
    if (key.size() < 2 || key[0] != 'i' || key[1] != static_cast<std::uint8_t>(list)) return std::nullopt;
    return as_text(key.subspan(2));
}

std::optional<ProductEntry> parse_entry(char list, ByteView key) {
    const auto content = content_of(list, key);
    if (!content || content->size() < kGtinSize) return std::nullopt;
    return ProductEntry{std::string(content->substr(0, kGtinSize)), std::string(content->substr(kGtinSize))};
}

}  // namespace

Bytes organisation_index_key(std::string_view id) { return key_of('o', id); }
Bytes product_index_key(std::string_view gtin14) { return key_of('p', gtin14); }
Bytes licence_index_key(std::string_view gtin14, std::string_view manufacturer) {
    return key_of('l', gtin14, manufacturer);
}
Bytes lot_index_key(std::string_view gtin14, std::string_view lot) { return key_of('b', gtin14, lot); }
Bytes maker_lot_index_key(std::string_view gtin14, std::string_view maker, std::string_view lot) {
    Bytes key = maker_lot_index_prefix(gtin14, maker);
    append(key, as_bytes(lot));
    return key;
}
Bytes recall_index_key(std::string_view gtin14, std::string_view lot) { return key_of('r', gtin14, lot); }

Bytes container_index_key(const Hash256& commitment, std::string_view maker) {
    return key_of('k', as_text(commitment.view()), maker);
}

Bytes content_index_key(const Hash256& container, ContentKind kind, const Hash256& content) {
    Writer writer;
    writer.reserve(3 + 2 * Hash256::kSize);
    writer.u8('i').u8('c').hash(container).u8(static_cast<std::uint8_t>(kind)).hash(content);
    return std::move(writer).take();
}

Bytes content_index_value(std::string_view of, const Hash256& commitment) {
    return std::move(Writer{}.hash(commitment).raw(as_bytes(of))).take();
}

Bytes organisation_index_prefix() { return key_of('o', {}); }
Bytes product_index_prefix() { return key_of('p', {}); }
Bytes licence_index_prefix(std::string_view gtin14) { return key_of('l', gtin14); }
Bytes lot_index_prefix(std::string_view gtin14) { return key_of('b', gtin14); }
Bytes maker_lot_index_prefix(std::string_view gtin14, std::string_view maker) {
    Bytes prefix = key_of('m', gtin14, maker);
    prefix.push_back(0);
    return prefix;
}
Bytes recall_index_prefix(std::string_view gtin14) { return key_of('r', gtin14); }

Bytes container_index_prefix(const Hash256& commitment) { return key_of('k', as_text(commitment.view())); }

Bytes content_index_prefix(const Hash256& container) { return key_of('c', as_text(container.view())); }

Bytes index_key_after(ByteView key) {
    Bytes after = to_bytes(key);
    after.push_back(0);
    return after;
}

std::optional<std::string> parse_organisation_index(ByteView key) {
    const auto content = content_of('o', key);
    if (!content || content->empty()) return std::nullopt;
    return std::string(*content);
}

std::optional<std::string> parse_product_index(ByteView key) {
    const auto content = content_of('p', key);
    if (!content || content->size() != kGtinSize) return std::nullopt;
    return std::string(*content);
}

std::optional<ProductEntry> parse_licence_index(ByteView key) { return parse_entry('l', key); }
std::optional<ProductEntry> parse_lot_index(ByteView key) { return parse_entry('b', key); }
std::optional<std::string> parse_maker_lot_index(ByteView key) {
    const auto entry = parse_entry('m', key);
    const std::size_t end = entry ? entry->name.find('\0') : std::string::npos;
    if (end == std::string::npos) return std::nullopt;
    return entry->name.substr(end + 1);
}
std::optional<ProductEntry> parse_recall_index(ByteView key) { return parse_entry('r', key); }

std::optional<ContainerEntry> parse_container_index(ByteView key) {
    const auto content = content_of('k', key);
    if (!content || content->size() <= Hash256::kSize) return std::nullopt;
    return ContainerEntry{*Hash256::from_view(as_bytes(content->substr(0, Hash256::kSize))),
                          std::string(content->substr(Hash256::kSize))};
}

std::optional<ContentEntry> parse_content_index(ByteView key) {
    const auto content = content_of('c', key);
    if (!content || content->size() != 2 * Hash256::kSize + 1) return std::nullopt;
    const auto kind = static_cast<ContentKind>((*content)[Hash256::kSize]);
    if (kind != ContentKind::kContainer && kind != ContentKind::kItem) return std::nullopt;
    return ContentEntry{kind, *Hash256::from_view(as_bytes(content->substr(Hash256::kSize + 1)))};
}

std::optional<Hash256> parse_content_name(ByteView value) {
    if (value.size() <= Hash256::kSize) return std::nullopt;
    return Hash256::from_view(value.first(Hash256::kSize));
}

}  // namespace touchstone::ledger
