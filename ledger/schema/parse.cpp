// Form only, in three steps: bounds on the wire bytes, Protobuf, then each field into the ledger's own terms.
#include <fmt/format.h>

#include "ledger/identifiers/countries.h"
#include "ledger/identifiers/gs1.h"
#include "ledger/schema/parse_governance.h"
#include "ledger/schema/parsed.h"
#include "ledger/schema/pb.h"
#include "ledger/identifiers/text.h"
#include "ledger/schema/wire_scan.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kNonceBytesMin = 8;
constexpr std::size_t kNonceBytesMax = 32;
constexpr std::size_t kDocumentsMax = 16;
constexpr std::size_t kFieldsPerOperationMax = limits::kCountriesMax + 8;  // what repeats most is a list of countries
constexpr Day kDayMax = 2'932'896;  // 9999-12-31: the last day that ISO 8601 writes with four digits

// Converts the operations of one payload. The first fault sticks, and what is converted after it is not used.
class Converter {
  public:
    explicit Converter(const Parameters& parameters) : parameters_(parameters) {}
    const std::optional<Rejection>& fault() const { return fault_; }
    std::size_t items() const { return items_; }

    std::optional<Operation> convert(const pb::Operation& from) {
        if (has_unknown_fields(from))
            refuse(Refusal::kMalformed, "an operation has a field that this version does not know");
        switch (from.kind_case()) {
            case pb::Operation::kDeclareProduct:
                return of(from.declare_product());
            case pb::Operation::kGrantLicence:
                return of(from.grant_licence());
            case pb::Operation::kRevokeLicence:
                return of(from.revoke_licence());
            case pb::Operation::kRegister:
                return of(from.register_());
            case pb::Operation::kShip:
                return of(from.ship());
            case pb::Operation::kCancelShipment:
                return of(from.cancel_shipment());
            case pb::Operation::kReceive:
                return of(from.receive());
            case pb::Operation::kRejectShipment:
                return of(from.reject_shipment());
            case pb::Operation::kSell:
                return op::Sell{items_of(from.sell()), country(from.sell().country()),
                                optional_hash(from.sell().seller(), "seller")};
            case pb::Operation::kReturnItem:
                return op::Return{items_of(from.return_item()), reason(from.return_item().reason())};
            case pb::Operation::kRecall:
                return of(from.recall());
            case pb::Operation::kLiftRecall:
                return of(from.lift_recall());
            case pb::Operation::kFlag:
                return flag<op::Flag>(from.flag());
            case pb::Operation::kClearFlag:
                return flag<op::ClearFlag>(from.clear_flag());
            case pb::Operation::kPack:
                return packing<op::Pack>(from.pack());
            case pb::Operation::kUnpack:
                return packing<op::Unpack>(from.unpack());
            case pb::Operation::kDecommission:
                return of(from.decommission());
            case pb::Operation::kCancelSale:
                return op::CancelSale{items_of(from.cancel_sale()), reason(from.cancel_sale().reason())};
            case pb::Operation::kTransferOwnership:
                return op::TransferOwnership{items_of(from.transfer_ownership()),
                                             organisation(from.transfer_ownership().to(), "to")};
            case pb::Operation::kAcceptOwnership:
                return op::AcceptOwnership{items_of(from.accept_ownership())};
            case pb::Operation::kRejectOwnership:
                return op::RejectOwnership{items_of(from.reject_ownership()), reason(from.reject_ownership().reason())};
            case pb::Operation::kCancelOwnershipTransfer:
                return op::CancelOwnershipTransfer{items_of(from.cancel_ownership_transfer())};
            case pb::Operation::kInspect:
                return of(from.inspect());
            case pb::Operation::kCorrect:
                return of(from.correct());
            case pb::Operation::kReport:
                return of(from.report());
            case pb::Operation::kRespond:
                return of(from.respond());
            case pb::Operation::kResolve:
                return of(from.resolve());
            case pb::Operation::kRegisterSeller:
                return of(from.register_seller());
            case pb::Operation::kSetSellerStanding:
                return of(from.set_seller_standing());
            case pb::Operation::kSetTerritories:
                return of(from.set_territories());
            case pb::Operation::kPropose:
                return converted(from.propose());
            case pb::Operation::kVoteOnProposal:
                return converted(from.vote_on_proposal());
            case pb::Operation::kWithdrawProposal:
                return converted(from.withdraw_proposal());
            case pb::Operation::kAddKey:
                return converted(from.add_key());
            case pb::Operation::kRevokeKey:
                return converted(from.revoke_key());
            case pb::Operation::kValidatorReady:
                return converted(from.validator_ready());
            case pb::Operation::kRecordDocument:
                return of(from.record_document());
            case pb::Operation::KIND_NOT_SET:
                break;
        }
        refuse(Refusal::kMalformed, "an operation is empty or of a kind that this version does not know");
        return std::nullopt;
    }

  private:
    void refuse(Refusal refusal, std::string detail) {
        if (!fault_) fault_ = Rejection{refusal, std::move(detail)};
    }
    void known_only(const google::protobuf::Message& message) {
        if (has_unknown_fields(message))
            refuse(Refusal::kMalformed, "an operation has a field that this version does not know");
    }

    template <class From>
    std::optional<Operation> converted(const From& from) {
        auto operation = ledger::convert(from);
        if (operation.ok()) return *std::move(operation);
        if (!fault_) fault_ = operation.error();
        return std::nullopt;
    }

    Operation of(const pb::DeclareProduct& from) {
        known_only(from);
        op::DeclareProduct to{gtin(from.gtin()), text(from.name(), limits::kNameBytesMax, "name"), {}, {}};
        if (to.name.empty()) refuse(Refusal::kBadText, "name is empty");
        if (!from.image_hash().empty()) to.image_hash = hash(from.image_hash(), "image_hash");
        if (static_cast<std::size_t>(from.document_hashes_size()) > kDocumentsMax)
            refuse(Refusal::kTooLarge, fmt::format("document_hashes has more than {} entries", kDocumentsMax));
        for (const std::string& document : from.document_hashes())
            to.document_hashes.push_back(hash(document, "document_hashes"));
        if (from.serial_policy() != pb::SERIAL_POLICY_WARN && from.serial_policy() != pb::SERIAL_POLICY_REFUSE)
            refuse(Refusal::kMalformed, "serial_policy is not known");
        to.serial_policy = static_cast<SerialPolicy>(from.serial_policy());
        return to;
    }
    Operation of(const pb::GrantLicence& from) {
        known_only(from);
        op::GrantLicence to{gtin(from.gtin()),
                            organisation(from.manufacturer(), "manufacturer"),
                            from.quota(),
                            day(from.from_day(), "from_day"),
                            day(from.until_day(), "until_day"),
                            gln(from.facility())};
        if (to.until != 0 && to.from > to.until) refuse(Refusal::kBadDate, "from_day is after until_day");
        return to;
    }
    Operation of(const pb::RevokeLicence& from) {
        known_only(from);
        return op::RevokeLicence{gtin(from.gtin()), organisation(from.manufacturer(), "manufacturer"),
                                 reason(from.reason())};
    }
    Operation of(const pb::Register& from) {
        op::Register to;
        to.gtin = gtin(from.gtin());
        to.items = items_of(from);
        to.lot = lot(from.lot());
        to.expiry = day(from.expiry_day(), "expiry_day");
        to.made_on = day(from.made_on_day(), "made_on_day");
        to.facility = gln(from.facility());
        if (to.expiry != 0 && to.made_on > to.expiry) refuse(Refusal::kBadDate, "made_on_day is after expiry_day");
        if (from.mode() != pb::ATOMIC && from.mode() != pb::PARTIAL) refuse(Refusal::kMalformed, "mode is not known");
        to.mode = from.mode() == pb::PARTIAL ? RegisterMode::kPartial : RegisterMode::kAtomic;
        return to;
    }
    Operation of(const pb::Ship& from) {
        op::Ship to{{}, organisation(from.to(), "to"), text(from.document(), limits::kNameBytesMax, "document"), {}};
        units_of(from, to);
        return to;
    }
    Operation of(const pb::CancelShipment& from) {
        op::CancelShipment to;
        units_of(from, to);
        return to;
    }
    Operation of(const pb::Receive& from) {
        op::Receive to;
        units_of(from, to);
        if (from.has_counted()) to.counted = from.counted();
        to.missing = keys_of(from.missing_keys(), "missing_keys");
        to.surplus = keys_of(from.surplus_keys(), "surplus_keys");
        const bool found = to.counted || !to.missing.empty() || !to.surplus.empty();
        if (found && (!to.counted || !to.items.empty() || to.containers.size() != 1))
            refuse(Refusal::kMalformed, "a count, with what is missing or surplus, is of one container and no items");
        return to;
    }
    Operation of(const pb::RejectShipment& from) {
        op::RejectShipment to{{}, reason(from.reason()), {}};
        units_of(from, to);
        return to;
    }
    template <class To, class From>
    Operation packing(const From& from) {
        To to{hash(from.container_key(), "container_key"), {}, {}};
        units_of(from, to);
        return to;
    }
    Operation of(const pb::Decommission& from) {
        op::Decommission to{items_of(from), ItemState::kDestroyed, reason(from.reason())};
        switch (from.kind()) {
            case pb::EXPORTED:
                to.into = ItemState::kExported;
                break;
            case pb::SAMPLED:
                to.into = ItemState::kSampled;
                break;
            case pb::DESTROYED:
                break;
            default:
                refuse(Refusal::kMalformed, "kind is not exported, sampled or destroyed");
        }
        return to;
    }
    Operation of(const pb::Recall& from) {
        known_only(from);
        return op::Recall{gtin(from.gtin()), lot(from.lot()), reason(from.reason()), countries(from)};
    }
    Operation of(const pb::LiftRecall& from) {
        known_only(from);
        return op::LiftRecall{gtin(from.gtin()), lot(from.lot()), reason(from.reason())};
    }
    template <class To, class From>
    Operation flag(const From& from) {
        To to{items_of(from), ItemFlag::kStolen, reason(from.reason())};
        if (from.flag() < pb::STOLEN || from.flag() > pb::QUARANTINED)
            refuse(Refusal::kMalformed, "flag is not stolen, suspect or quarantined");
        else
            to.flag = static_cast<ItemFlag>(static_cast<int>(from.flag()) - 1);
        return to;
    }

    Operation of(const pb::Inspect& from) {
        return op::Inspect{items_of(from), known<Finding>(from.finding(), pb::Finding_MAX, "finding"),
                           optional_hash(from.document_hash(), "document_hash")};
    }
    Operation of(const pb::Correct& from) {
        known_only(from);
        count_items(1);
        return op::Correct{hash(from.item_key(), "item_key"), from.sequence(), hash(from.head_before(), "head_before"),
                           events(from.events()), reason(from.reason())};
    }
    Operation of(const pb::Report& from) {
        known_only(from);
        op::Report to;
        // What is not set stays zero or empty, and is judged by is_well_formed(): whether a field may be set depends
        // on the subject.
        to.subject = {static_cast<ReportSubjectKind>(from.subject()),
                      optional_hash(from.item_key(), "item_key"),
                      from.gtin().empty() ? std::string() : gtin(from.gtin()),
                      lot(from.lot()),
                      from.platform().empty() ? std::string() : organisation(from.platform(), "platform"),
                      optional_hash(from.listing_hash(), "listing_hash")};
        if (!pb::ReportSubject_IsValid(from.subject()) || !is_well_formed(to.subject))
            refuse(Refusal::kBadReport, "the fields do not fit the subject");
        if (from.kind() < pb::REPORT_COUNTERFEIT || from.kind() > pb::ReportKind_MAX)
            refuse(Refusal::kBadReport, "kind is not counterfeit, defect, diversion, listing or other");
        else
            to.kind = static_cast<ReportKind>(from.kind());
        if (to.subject.kind == ReportSubjectKind::kItem) count_items(1);
        to.text = text(from.text(), limits::kReasonBytesMax, "text");
        to.evidence = evidence(from.evidence_hashes());
        to.seller = optional_hash(from.seller(), "seller");
        return to;
    }
    Operation of(const pb::Respond& from) {
        known_only(from);
        return op::Respond{hash(from.report(), "report"), text(from.text(), limits::kReasonBytesMax, "text")};
    }
    Operation of(const pb::Resolve& from) {
        known_only(from);
        return op::Resolve{hash(from.report(), "report"),
                           known<ReportOutcome>(from.outcome(), pb::ReportOutcome_MAX, "outcome"),
                           reason(from.reason())};
    }
    Operation of(const pb::RegisterSeller& from) {
        known_only(from);
        if (from.country().empty()) refuse(Refusal::kBadText, "country is missing");
        return op::RegisterSeller{hash(from.pseudonym(), "pseudonym"), country(from.country())};
    }
    Operation of(const pb::SetSellerStanding& from) {
        known_only(from);
        return op::SetSellerStanding{hash(from.pseudonym(), "pseudonym"),
                                     known<SellerStanding>(from.standing(), pb::SellerStanding_MAX, "standing"),
                                     reason(from.reason())};
    }
    Operation of(const pb::SetTerritories& from) {
        known_only(from);
        return op::SetTerritories{gtin(from.gtin()), countries(from)};
    }
    Operation of(const pb::RecordDocument& from) {
        known_only(from);
        op::RecordDocument to{hash(from.document_hash(), "document_hash"), keys_of(from.item_keys(), "item_keys"),
                              keys_of(from.container_keys(), "container_keys")};
        if (to.document.is_zero()) refuse(Refusal::kBadDocument, "document_hash is zero");
        if (to.items.size() + to.containers.size() > limits::kDocumentKeysMax)
            refuse(Refusal::kBadDocument, fmt::format("more than {} items and containers", limits::kDocumentKeysMax));
        return to;
    }

    template <class From>
    std::vector<Hash256> items_of(const From& from) {
        known_only(from);
        if (from.item_keys().empty()) refuse(Refusal::kBadItemKeys, "item_keys is empty");
        return keys_of(from.item_keys(), "item_keys");
    }
    // Items and containers, one of them at least.
    template <class From, class To>
    void units_of(const From& from, To& to) {
        known_only(from);
        if (from.item_keys().empty() && from.container_keys().empty())
            refuse(Refusal::kBadItemKeys, "item_keys and container_keys are empty");
        to.items = keys_of(from.item_keys(), "item_keys");
        to.containers = keys_of(from.container_keys(), "container_keys");
    }
    std::vector<Hash256> keys_of(const std::string& keys, std::string_view field) {
        const std::size_t count = keys.size() / Hash256::kSize;
        if (keys.size() % Hash256::kSize != 0)
            refuse(Refusal::kBadItemKeys, fmt::format("{} has {} bytes", field, keys.size()));
        count_items(count);
        if (fault_) return {};
        std::vector<Hash256> items(count);
        for (std::size_t i = 0; i < count; ++i)
            std::memcpy(items[i].bytes.data(), keys.data() + i * Hash256::kSize, Hash256::kSize);
        return items;
    }
    void count_items(std::size_t count) {
        items_ += count;
        if (count > parameters_.items_per_register_max || items_ > parameters_.block_items_max)
            refuse(Refusal::kTooManyItems,
                   fmt::format("{} items in one operation, {} in the transaction", count, items_));
    }
    std::string gtin(const std::string& value) {
        if (!is_gtin14(value)) refuse(Refusal::kBadGtin, "gtin is not 14 digits with a valid check digit");
        return value;
    }
    std::string lot(const std::string& value) {
        if (!value.empty() && !is_lot(value)) refuse(Refusal::kBadLot, "lot is not 1 to 20 GS1 characters");
        return value;
    }
    std::string gln(const std::string& value) {
        if (!value.empty() && !is_gln(value)) refuse(Refusal::kBadText, "facility is not a GLN");
        return value;
    }
    std::string country(const std::string& value) {
        if (!value.empty() && !is_country(value)) refuse(Refusal::kBadText, "country is not two capital letters");
        return value;
    }
    std::string organisation(const std::string& value, std::string_view field) {
        if (!is_slug(value)) refuse(Refusal::kUnknownRecipient, fmt::format("{} is not an organisation id", field));
        return value;
    }
    std::string text(const std::string& value, std::size_t bytes_max, std::string_view field) {
        if (value.size() > bytes_max)
            refuse(Refusal::kBadText, fmt::format("{} has {} bytes, at most {}", field, value.size(), bytes_max));
        else if (!is_plain_text(value))
            refuse(Refusal::kBadText, fmt::format("{} has control characters or is not UTF-8", field));
        return fault_ ? std::string() : value;
    }
    std::string reason(const std::string& value) { return text(value, limits::kReasonBytesMax, "reason"); }
    Hash256 hash(const std::string& value, std::string_view field) {
        const auto converted = Hash256::from_view(as_bytes(value));
        if (!converted) refuse(Refusal::kMalformed, fmt::format("{} is not a digest of 32 bytes", field));
        return converted.value_or(Hash256{});
    }
    Hash256 optional_hash(const std::string& value, std::string_view field) {
        return value.empty() ? Hash256{} : hash(value, field);
    }
    // Of enumerations whose values equal the ledger's own, from 1 to `last`.
    template <class To>
    To known(int value, int last, std::string_view field) {
        if (value < 1 || value > last) refuse(Refusal::kMalformed, fmt::format("{} is missing or not known", field));
        return static_cast<To>(value);
    }
    std::vector<Hash256> evidence(const std::string& joined) {
        const std::size_t count = joined.size() / Hash256::kSize;
        if (joined.size() % Hash256::kSize != 0)
            refuse(Refusal::kMalformed, "evidence_hashes are not of 32 bytes each");
        if (count > limits::kEvidenceMax)
            refuse(Refusal::kTooLarge, fmt::format("evidence_hashes has more than {} entries", limits::kEvidenceMax));
        if (fault_) return {};
        std::vector<Hash256> hashes(count);
        for (std::size_t i = 0; i < count; ++i)
            std::memcpy(hashes[i].bytes.data(), joined.data() + i * Hash256::kSize, Hash256::kSize);
        return hashes;
    }
    std::vector<Bytes> events(const std::string& joined) {
        Reader reader(as_bytes(joined));
        std::vector<Bytes> events;
        while (reader.remaining() > 0) {
            if (events.size() == limits::kCorrectionEventsMax) {
                refuse(Refusal::kCorrectionTooOld, fmt::format("more than {} events", limits::kCorrectionEventsMax));
                return {};
            }
            events.push_back(to_bytes(reader.bytes()));
        }
        if (!reader.finished()) refuse(Refusal::kMalformed, "events are not lengths and bytes");
        return events;
    }
    template <class From>
    std::vector<std::string> countries(const From& from) {
        std::vector<std::string> list(from.countries().begin(), from.countries().end());
        if (list.size() > limits::kCountriesMax || !is_country_list(list))
            refuse(Refusal::kBadCountries, "two capital letters each, ascending, each once");
        return list;
    }
    Day day(std::uint32_t value, std::string_view field) {
        if (value > kDayMax) refuse(Refusal::kBadDate, fmt::format("{} is beyond the year 9999", field));
        return value;
    }

    const Parameters& parameters_;
    std::optional<Rejection> fault_;
    std::size_t items_ = 0;
};

std::optional<Rejection> check_bounds(const SignedTransaction& transaction, const Parameters& parameters) {
    if (transaction.size_bytes() > parameters.transaction_bytes_max || transaction.size_bytes() > INT32_MAX)
        return Rejection{Refusal::kTooLarge, fmt::format("{} bytes, at most {}", transaction.size_bytes(),
                                                         parameters.transaction_bytes_max)};
    switch (scan_payload(transaction.payload, {parameters.operations_max, kFieldsPerOperationMax})) {
        case WireVerdict::kFits:
            return std::nullopt;
        case WireVerdict::kMalformed:
            return Rejection{Refusal::kMalformed, "the payload is not Protobuf"};
        case WireVerdict::kTooManyFields:
            return Rejection{Refusal::kMalformed, "a message has more fields than it can need"};
        case WireVerdict::kTooManyOperations:
            return Rejection{Refusal::kTooLarge, fmt::format("more than {} operations", parameters.operations_max)};
    }
    INVARIANT(false);
}

std::optional<Rejection> check_head(const pb::Payload& payload) {
    const auto malformed = [](std::string detail) { return Rejection{Refusal::kMalformed, std::move(detail)}; };
    if (has_unknown_fields(payload)) return malformed("the payload has a field that this version does not know");
    if (payload.chain_id().size() != Hash256::kSize) return malformed("chain_id is not 32 bytes");
    if (payload.key().size() != crypto::PublicKey::kSize) return malformed("key is not 32 bytes");
    if (payload.nonce().size() < kNonceBytesMin || payload.nonce().size() > kNonceBytesMax)
        return malformed(fmt::format("nonce is not {} to {} bytes", kNonceBytesMin, kNonceBytesMax));
    if (!is_slug(payload.organisation())) return malformed("organisation is not an organisation id");
    if (payload.operations().empty()) return malformed("there are no operations");
    return std::nullopt;
}

}  // namespace

Result<ParsedTransactionPtr, Rejection> parse(SignedTransactionPtr transaction, const Parameters& parameters) {
    if (auto rejection = check_bounds(*transaction, parameters)) return *rejection;
    // Protobuf would write a line to stderr for every payload that a stranger makes up.
    const google::protobuf::LogSilencer silencer;
    pb::Payload payload;
    if (!payload.ParseFromArray(transaction->payload.data(), static_cast<int>(transaction->payload.size())))
        return Rejection{Refusal::kMalformed, "the payload is not Protobuf"};
    if (auto rejection = check_head(payload)) return *rejection;

    Converter converter(parameters);
    std::vector<Operation> operations;
    operations.reserve(static_cast<std::size_t>(payload.operations_size()));
    for (const pb::Operation& from : payload.operations()) {
        auto operation = converter.convert(from);
        if (converter.fault()) return *converter.fault();
        operations.push_back(*std::move(operation));
    }
    ParsedInfo known{transaction->id(),      *Hash256::from_view(as_bytes(payload.chain_id())),
                     payload.organisation(), *crypto::PublicKey::from_view(as_bytes(payload.key())),
                     payload.valid_until(),  transaction->size_bytes(),
                     converter.items()};
    return ParsedTransactionPtr(
        std::make_shared<ParsedTransaction>(std::move(known), std::move(transaction), std::move(operations)));
}

const ParsedInfo& info(const ParsedTransaction& transaction) { return transaction.info(); }
const SignedTransactionPtr& signed_of(const ParsedTransaction& transaction) { return transaction.carried(); }

}  // namespace touchstone::ledger
