// Index entries: side entries that make lists cheap. Their order is the order of the list, their values are empty.
//
//   'i' 'o' organisation id          organisations, by id
//   'i' 'p' gtin (14)                products, by GTIN
//   'i' 'l' gtin (14) manufacturer   licences (revoked ones too), by GTIN and manufacturer
//   'i' 'b' gtin (14) lot            lots, by GTIN and lot
//   'i' 'm' gtin (14) maker 00 lot   the lots of which an organisation made something: who may see no others is given a
//                                    list that does not tell how many there are of others
//   'i' 'r' gtin (14) lot            lots that a recall in force names, by GTIN; without a lot: a recall names none
//   'i' 'k' commitment (32) maker    containers, by the commitment to their SSCC and who made them
//   'i' 'c' container key (32) 'c' or 'i' key (32)   what is directly in a container: containers, then items. Its value is
//                                    its name: commitment (32) ‖ maker or GTIN
//
// A list is a scan from its prefix; the next page starts just after the last key seen. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/hash256.h"

namespace touchstone::ledger {

Bytes organisation_index_key(std::string_view id);
Bytes product_index_key(std::string_view gtin14);
Bytes licence_index_key(std::string_view gtin14, std::string_view manufacturer);
Bytes lot_index_key(std::string_view gtin14, std::string_view lot);
Bytes maker_lot_index_key(std::string_view gtin14, std::string_view maker, std::string_view lot);
Bytes recall_index_key(std::string_view gtin14, std::string_view lot);

Bytes container_index_key(const Hash256& commitment, std::string_view maker);

enum class ContentKind : char { kContainer = 'c', kItem = 'i' };
Bytes content_index_key(const Hash256& container, ContentKind kind, const Hash256& content);
Bytes content_index_value(std::string_view of, const Hash256& commitment);

Bytes organisation_index_prefix();
Bytes product_index_prefix();
// `gtin14` empty: of all products.
Bytes licence_index_prefix(std::string_view gtin14 = {});
Bytes lot_index_prefix(std::string_view gtin14 = {});
Bytes maker_lot_index_prefix(std::string_view gtin14, std::string_view maker);
Bytes recall_index_prefix(std::string_view gtin14 = {});
Bytes container_index_prefix(const Hash256& commitment);
Bytes content_index_prefix(const Hash256& container);

// The least key greater than `key`: where the page after it starts.
Bytes index_key_after(ByteView key);

// What a licence, lot or recall entry is about. `name`: manufacturer or lot.
struct ProductEntry {
    std::string gtin;
    std::string name;
    bool operator==(const ProductEntry&) const = default;
};

// nullopt: not a key of that list.
std::optional<std::string> parse_organisation_index(ByteView key);
std::optional<std::string> parse_product_index(ByteView key);
std::optional<ProductEntry> parse_licence_index(ByteView key);
std::optional<ProductEntry> parse_lot_index(ByteView key);
// The lot.
std::optional<std::string> parse_maker_lot_index(ByteView key);
std::optional<ProductEntry> parse_recall_index(ByteView key);
struct ContainerEntry {
    Hash256 commitment;
    std::string maker;
};
std::optional<ContainerEntry> parse_container_index(ByteView key);
struct ContentEntry {
    ContentKind kind = ContentKind::kItem;
    Hash256 key;
};
std::optional<ContentEntry> parse_content_index(ByteView key);
// Of an entry's value. nullopt: not a name.
std::optional<Hash256> parse_content_name(ByteView value);

}  // namespace touchstone::ledger
