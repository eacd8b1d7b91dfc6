// Checks a node's answers by oneself, against nothing but a genesis.
//
// A quorum of the validators signed the header: those of the genesis, or those that follow from them, epoch by epoch;
// the header names the state root; every record that the verdict depends on is proven against it, present or absent;
// the verdict is computed again from those records. A history is complete when its events, hashed one after another,
// end in the head that the proven item record holds. Thread safety: pure functions. Failure: Error{"unproven", what did
// not hold}; nothing of such an answer may be used.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/records/header.h"
#include "ledger/records/records.h"
#include "ledger/schema/units.h"
#include "rpc/verdict.h"
#include "tools/proof/trust.h"

namespace touchstone::tools {

struct ItemQuery {
    ledger::ItemName name;
    std::optional<std::string> lot;        // as printed
    std::optional<std::string> expiry;     // YYYY-MM-DD or YYMMDD, as printed on the item
    std::optional<std::string> country{};  // where it is offered, ISO 3166-1 alpha-2
    rpc::Purpose purpose = rpc::kDefaultPurpose;
    std::optional<std::string> seller{};   // who offers or sold it: an organisation's id, or a shop's pseudonym
    WallTime now{};                        // the reader's clock; 0: he has none
};

struct SignedHeader {
    ledger::Header header;
    std::vector<std::uint32_t> signers;  // indexes of the validators that signed
    // Nobody signed it: it is the state before the first block, which follows from the genesis that the reader has.
    bool is_genesis() const { return signers.empty(); }
};

struct ProvenBox {
    ledger::StateKey key;
    ledger::ContainerRecord record;
};

struct ProvenItem {
    SignedHeader signed_header;
    std::optional<ledger::ItemRecord> item;
    std::optional<ledger::ProductRecord> product;
    std::optional<ledger::OrganisationRecord> maker;
    std::vector<ProvenBox> containers;  // of a packed item, from the inside out
    std::optional<ledger::OrganisationRecord> brand;   // of the product
    std::optional<ledger::OrganisationRecord> holder;  // of the item, or of its outermost container
    std::optional<ledger::SellerRecord> shop;          // rpc::shop_of()
    rpc::Verdict verdict;
};

// The quorum of its epoch over exactly these header bytes. The state before the first block needs no signature: it is the
// genesis. What is said about goods is never proven by it, since nothing tells that it is not followed by a thousand
// blocks; a record that stands in the genesis is.
Result<SignedHeader> check_header(const Trust& trust, ByteView header_bytes, ByteView certificate_bytes);

// The next epoch, from one element of chain_epochs: the validators that are trusted now signed the block that names the
// new ones. Their names are believed from the validators record of that block's state, if the element proves it, or as
// they were known before; what else a node says that a key is called is not.
[[nodiscard]] Status follow_epoch(Trust& trust, const nlohmann::json& told);

// The answer of item_verify with proof.
Result<ProvenItem> check_item_answer(const Trust& trust, const ItemQuery& query, const nlohmann::json& answer);

// The record and the events of a container, from one answer of container_history (or several pages of one state).
struct ProvenContainer {
    SignedHeader signed_header;
    std::optional<ledger::ContainerRecord> container;
};
Result<ProvenContainer> check_container_answer(const Trust& trust, const ledger::StateKey& key, const nlohmann::json& answer);

// One record of the state, or its absence (nullopt): what the answers of report_get, report_stats and seller_get prove.
struct ProvenRecord {
    SignedHeader signed_header;
    std::optional<Bytes> record;
};
Result<ProvenRecord> check_record_answer(const Trust& trust, const ledger::StateKey& key, const nlohmann::json& answer);

// All events of a subject, in order, against the count and the head of its proven record.
Result<std::vector<ledger::Event>> check_history(const ledger::StateKey& subject, std::uint32_t count, const Hash256& head,
                                                 const std::vector<Bytes>& events);

}  // namespace touchstone::tools
