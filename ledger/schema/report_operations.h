// Operations on complaints, sellers, inspections, corrections, territories and documents; part of ledger/schema/operations.h.
// Values only.
#pragma once

#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"

namespace touchstone::ledger {

enum class Finding : std::uint8_t { kConform = 1, kNonconform = 2, kCounterfeitSuspected = 3 };
std::string_view name_of(Finding finding);  // "conform", "nonconform", "counterfeit_suspected"
std::optional<Finding> finding_from(std::string_view name);

namespace op {

struct Inspect {
    std::vector<Hash256> items;
    Finding finding = Finding::kConform;
    Hash256 document;  // zero: none
    bool operator==(const Inspect&) const = default;
};
struct Correct {
    Hash256 item;
    std::uint32_t sequence = 0;  // of the event that is wrong
    Hash256 head_before;         // of the chain up to, and without, that event
    std::vector<Bytes> events;   // canonical, from that event to the last one
    std::string reason;
    bool operator==(const Correct&) const = default;
};
struct Report {
    ReportSubject subject;
    ReportKind kind = ReportKind::kOther;
    std::string text;
    std::vector<Hash256> evidence;
    Hash256 seller;  // zero: none
    bool operator==(const Report&) const = default;
};
struct Respond {
    Hash256 report;
    std::string text;
    bool operator==(const Respond&) const = default;
};
struct Resolve {
    Hash256 report;
    ReportOutcome outcome = ReportOutcome::kUpheld;
    std::string reason;
    bool operator==(const Resolve&) const = default;
};
struct RegisterSeller {
    Hash256 pseudonym;
    std::string country;
    bool operator==(const RegisterSeller&) const = default;
};
struct SetSellerStanding {
    Hash256 pseudonym;
    SellerStanding standing = SellerStanding::kActive;
    std::string reason;
    bool operator==(const SetSellerStanding&) const = default;
};
struct SetTerritories {
    std::string gtin;
    std::vector<std::string> countries;  // ascending, each once; empty: everywhere
    bool operator==(const SetTerritories&) const = default;
};
struct RecordDocument {
    Hash256 document;  // never zero
    std::vector<Hash256> items{};
    std::vector<Hash256> containers{};
    bool operator==(const RecordDocument&) const = default;
};

}  // namespace op
}  // namespace touchstone::ledger
