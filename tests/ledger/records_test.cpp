// Golden digests of one worked example of every encoding (tests/golden/records.txt), and decoders that accept only what
// the encoders write.
#include <fstream>
#include <functional>
#include <sstream>

#include "ledger/records/name_record.h"
#include "ledger/records/prefixes.h"
#include "ledger/records/document_records.h"
#include "ledger/records/governance_records.h"
#include "ledger/rules/replay.h"
#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"
#include "tests/ledger/world.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

Hash256 hash_of(std::uint8_t byte) {
    Hash256 hash;
    hash.bytes.fill(byte);
    return hash;
}

const RecallMark kRecall{
    "brand", true, {"L1", "maker", 100, 200}, "glass in it", WallTime{1'700'000'000'000}, {"DE", "FR"}};

Header header() {
    return {hash_of(1), Epoch(2),   Height(3),  View(4),           hash_of(5), WallTime{1'700'000'000'000},
            hash_of(6), hash_of(7), hash_of(8), ValidatorIndex(9), hash_of(10)};
}

Genesis golden_genesis() {
    Genesis genesis;
    genesis.name = "golden";
    genesis.time = WallTime{1'700'000'000'000};
    genesis.organisations = {organisation("brand", {Role::kBrand})};
    genesis.validators = {{"brand", "v1", key_of("validator 1").public_key()}};
    return genesis;
}

struct Example {
    std::string name;
    Bytes bytes;
    // Decodes and encodes again; nullopt: refused.
    std::function<std::optional<Bytes>(ByteView)> again;
};

template <class Record>
Example example(std::string name, const Record& record) {
    const auto decoded = Record::decode(record.encode());
    REQUIRE(decoded.ok());
    return {std::move(name), record.encode(), [](ByteView bytes) -> std::optional<Bytes> {
                auto one = Record::decode(bytes);
                return one.ok() ? std::optional(one->encode()) : std::nullopt;
            }};
}

template <class Record>
void require_equal_again(const Record& record) {
    const auto decoded = Record::decode(record.encode());
    REQUIRE(decoded.ok());
    REQUIRE(*decoded == record);
}

const OrganisationRecord kOrganisation = [] {
    OrganisationRecord made = organisation("maker", {Role::kManufacturer, Role::kAuditor});
    made.gln = kGln;
    made.council = true;
    made.prefixes = {"0614141", "9506000"};
    made.suspended_at = WallTime{1'700'000'000'000};
    made.keys.push_back({key_of("old").public_key(), KeyPurpose::kAdmin, Height(1), Height(7)});
    return made;
}();
const ProductRecord kProduct{kGtin,
                             "brand",
                             "L\xc3\xa4mpchen",
                             hash_of(1),
                             {hash_of(2), hash_of(3)},
                             {kRecall},
                             2,
                             hash_of(4),
                             {"CH", "DE"},
                             WallTime{1'700'000'000'000},
                             SerialPolicy::kRefuse,
                             "rival",
                             {"market", "shop"},
                             {{"maker", WallTime{1'700'000'000'000}}}};
const LicenceRecord kLicence{kGtin, "maker", 1000,   12, 100, 200, kGln, true, "late", WallTime{1'700'000'000'000},
                             hash_of(9)};
const LotRecord kLot{kGtin, "L1", {{"brand", 0, 3}, {"maker", 20'500, 12}}, hash_of(9)};
const VolumeRecord kVolume{12, hash_of(9)};
const ItemRecord kItem = [] {
    ItemRecord made;
    made.gtin = kGtin;
    made.lot = "L1";
    made.expiry = 20'500;
    made.made_on = 20'000;
    made.state = ItemState::kInTransit;
    made.flags = {{ItemFlag::kStolen, "maker"}, {ItemFlag::kQuarantined, "customs"}};
    made.maker = made.custodian = "maker";
    made.owner = "brand";
    made.receiver = "carrier";
    made.facility = kGln;
    made.registered_at = WallTime{1'700'000'000'000};
    made.event_count = 2;
    made.event_head = hash_of(4);
    made.offered_to = "shop";
    made.open_reports = 3;
    return made;
}();
const ItemRecord kPackedItem = [] {
    ItemRecord made = kItem;
    made.state = ItemState::kPacked;
    made.container = StateKey::written(hash_of(5));
    made.flags.clear();
    made.offered_to.clear();
    made.receiver.clear();
    made.reclaimed_to = "brand";
    made.returns = 2;
    made.cancelled_sales = 1;
    return made;
}();
const ItemRecord kSoldItem = [] {
    ItemRecord made;
    made.gtin = kGtin;
    made.state = ItemState::kSold;
    made.maker = made.owner = made.custodian = "brand";
    made.registered_at = WallTime{1'700'000'000'000};
    made.event_count = 2;
    made.event_head = hash_of(4);
    made.ended_at = WallTime{1'700'000'000'001};
    made.ended_by = "brand";
    made.shop = hash_of(7);
    return made;
}();
const ContainerRecord kContainer = [] {
    ContainerRecord made;
    made.state = ItemState::kInTransit;
    made.maker = made.custodian = "maker";
    made.receiver = "carrier";
    made.inner = {3, 1, 0, 0};
    made.direct = 12;
    made.items = 1440;
    made.created_at = WallTime{1'700'000'000'000};
    made.event_count = 3;
    made.event_head = hash_of(4);
    return made;
}();
const ContainerRecord kPackedContainer = [] {
    ContainerRecord made = kContainer;
    made.state = ItemState::kPacked;
    made.receiver.clear();
    made.container = StateKey::written(hash_of(6));
    made.reclaimed_to = "maker";
    made.was_lost = true;
    return made;
}();
const OrganisationNameRecord kName{"brand"};
const PrefixesRecord kPrefixes{{{"0614141", "rival"}, {"9506000", "brand"}}};
const ReportRecord kReport{hash_of(1),
                           {ReportSubjectKind::kListing, {}, {}, {}, "market", hash_of(2)},
                           ReportKind::kDiversion,
                           "brand",
                           "market",
                           "sold abroad",
                           {hash_of(3), hash_of(4)},
                           hash_of(5),
                           WallTime{1'700'000'000'000},
                           WallTime{1'700'000'000'001},
                           WallTime{1'700'000'000'002},
                           ReportState::kResolved,
                           ReportOutcome::kUpheld,
                           3,
                           hash_of(6),
                           true,
                           true};
const ReportStatsRecord kStats{"market", "2023-11", 5, 4, 3, 2, 1, 1, 7'200'000, {1, 2, 1},
                               {{"brand", {3, 1, 0}}, {"customs", {2, 0, 1}}}, hash_of(7)};
const ReporterRecord kReporter{"brand", {3, 1, 0}, {{hash_of(1), 1}, {hash_of(2), 2}}, hash_of(7)};
const SellerRecord kSeller{hash_of(5),
                           {{"market", "FR", SellerStanding::kClosed, "fakes", WallTime{1'700'000'000'000},
                             WallTime{1'600'000'000'000}},
                            {"bazaar", "BE", SellerStanding::kActive, {}, WallTime{1'700'000'000'001},
                             WallTime{1'700'000'000'001}}},
                           2,
                           hash_of(6),
                           {{"customs", true, "new owner", WallTime{1'700'000'000'002}}}};
const ValidatorsRecord kValidators{Epoch(1),
                                   golden_genesis().validators,
                                   Height(70),
                                   {{{"maker", "maker-1", key_of("validator 7").public_key()},
                                     key_of("validator 1").public_key(),
                                     Height(71),
                                     hash_of(8)},
                                    {{"maker", "maker-2", key_of("validator 8").public_key()}, {}, Height(72), {}}}};
const ActivityRecord kActivity{{{key_of("validator 1").public_key(), Height(64)}}};
const ProposalRecord kProposal{3,
                               "brand",
                               encode_change(change::Suspend{"maker"}),
                               "over-production",
                               WallTime{1'700'000'000'000},
                               WallTime{1'700'604'800'000},
                               ProposalState::kPassed,
                               Height(9),
                               {{"brand", true, "over-production", Height(7)}, {"market", false, {}, Height(8)}},
                               WallTime{1'700'172'800'000},
                               "ours"};
const CouncilRecord kCouncil{{"brand", "market"}, 4, {2, 4}};
const DocumentRecord kDocument{"maker", hash_of(5), Height(7), WallTime{1'700'000'000'000}};
const TransactionRecord kTransaction{Height(7), 2, 9};
const ExpiryRecord kExpiry{{hash_of(1), hash_of(2)}};
const ExpiryChunk kChunk{hash_of(9), {hash_of(1), hash_of(2)}};
const Event kEvent{EventKind::kShipped, 1,       Height(7), WallTime{1'700'000'000'000},
                   hash_of(3),          "maker", "carrier", "DN-1"};
const TransactionOutcome kOutcome{
    Refusal::kQuotaExceeded,
    1,
    "why",
    {{3, {}}, {0, {{5, Refusal::kQuotaExceeded}, {6, Refusal::kQuotaExceeded}}, {{Refusal::kItemExists, 7}}, {{"brand", {{0, 2}, {4, 1}}}, {"maker"}}}}};
const StoredResult kStored{Height(7), 2, kOutcome};

std::vector<Example> examples() {
    std::vector<Example> all{example("header", header()),
                             example("organisation", kOrganisation),
                             example("product", kProduct),
                             example("licence", kLicence),
                             example("lot", kLot),
                             example("volume", kVolume),
                             example("item", kItem),
                             example("packed_item", kPackedItem),
                             example("sold_item", kSoldItem),
                             example("container", kContainer),
                             example("packed_container", kPackedContainer),
                             example("report", kReport),
                             example("report_stats", kStats),
                             example("reporter", kReporter),
                             example("seller", kSeller),
                             example("document", kDocument),
                             example("transaction", kTransaction),
                             example("expiry", kExpiry),
                             example("expiry_chunk", kChunk),
                             example("event", kEvent),
                             example("outcome", kOutcome),
                             example("stored_result", kStored),
                             example("parameters", Parameters{}),
                             example("validators", kValidators),
                             example("activity", kActivity),
                             example("proposal", kProposal),
                             example("council", kCouncil),
                             example("prefixes", kPrefixes),
                             example("organisation_name", kName),
                             example("genesis", golden_genesis())};
    const Block block{header(), {std::make_shared<SignedTransaction>(SignedTransaction{{1, 2, 3}, {}})}};
    all.push_back({"block", block.encode(), [](ByteView bytes) -> std::optional<Bytes> {
                       auto one = Block::decode(bytes);
                       return one.ok() ? std::optional(one->encode()) : std::nullopt;
                   }});
    return all;
}

// What tests/golden/records.txt must hold. Written to a change only on purpose: a changed line is another chain.
std::string golden_text() {
    std::ostringstream out;
    for (const Example& one : examples())
        out << one.name << "\n  bytes  " << to_hex(one.bytes) << "\n  sha256 " << crypto::sha256(one.bytes).hex()
            << "\n";
    const std::vector<std::pair<std::string, Hash256>> digests{
        {"serial_commitment", serial_commitment(kGtin, "12345")},
        {"item_key", item_key(kGtin, serial_commitment(kGtin, "12345"))},
        {"organisation_key", organisation_key("brand")},
        {"product_key", product_key(kGtin)},
        {"licence_key", licence_key(kGtin, "maker")},
        {"lot_key", lot_key(kGtin, "L1")},
        {"sscc_commitment", sscc_commitment("106141412345678908")},
        {"container_key", container_key("maker", sscc_commitment("106141412345678908"))},
        {"report_id", report_id(hash_of(1), 2)},
        {"report_key", report_key(hash_of(1))},
        {"reporter_key", reporter_key("maker")},
        {"organisation_name_key", organisation_name_key("organisationbrand")},
        {"prefixes_key", prefixes_key()},
        {"report_stats_key", report_stats_key("market", "2023-11")},
        {"seller_key", seller_key(hash_of(5))},
        {"document_key", document_key(hash_of(5), "maker")},
        {"transaction_key", transaction_key(hash_of(1))},
        {"expiry_key", expiry_key(Height(7))},
        {"expiry_chunk_key", expiry_chunk_key(9, Height(7))},
        {"parameters_key", parameters_key()},
        {"validators_key", validators_key()},
        {"activity_key", activity_key()},
        {"epoch_key", epoch_key(Epoch(3))},
        {"council_key", council_key()},
        {"proposal_key", proposal_key(3)},
        {"header_hash", header().hash()},
        {"chain_id", golden_genesis().chain_id()},
        {"transaction_id", SignedTransaction{{1, 2, 3}, {}}.id()},
        {"event_head", next_event_head(hash_of(1), StateKey::written(hash_of(2)), kEvent.encode())},
        {"transaction_root", transaction_root(std::vector<SignedTransactionPtr>{
                                 std::make_shared<SignedTransaction>(SignedTransaction{{1, 2, 3}, {}})})}};
    for (const auto& [name, digest] : digests) out << name << " " << digest.hex() << "\n";
    return out.str();
}

}  // namespace

TEST_CASE("encodings and digests are the golden ones") {
    const char* const kPath = "tests/golden/records.txt";
    // On a deliberate change: run once with TOUCHSTONE_WRITE_GOLDEN=1, and say why in the commit.
    if (std::getenv("TOUCHSTONE_WRITE_GOLDEN") != nullptr) std::ofstream(kPath) << golden_text();
    std::ifstream file(kPath);
    REQUIRE(file);
    std::stringstream golden;
    golden << file.rdbuf();
    REQUIRE(golden.str() == golden_text());
}

TEST_CASE("a header has 230 bytes and a vote of WebCrypto can rebuild it") {
    const Bytes bytes = header().encode();
    REQUIRE(bytes.size() == 230);
    REQUIRE(to_hex(ByteView(bytes).first(2)) == "0001");
    REQUIRE(to_hex(ByteView(bytes).subspan(34, 24)) == "000000000000000200000000000000030000000000000004");
    REQUIRE(to_hex(ByteView(bytes).subspan(194, 4)) == "00000009");
}

TEST_CASE("what is decoded equals what was encoded") {
    require_equal_again(header());
    require_equal_again(kOrganisation);
    require_equal_again(kProduct);
    require_equal_again(kLicence);
    require_equal_again(kLot);
    require_equal_again(kVolume);
    require_equal_again(kItem);
    require_equal_again(kPackedItem);
    require_equal_again(kContainer);
    require_equal_again(kPackedContainer);
    require_equal_again(kReport);
    require_equal_again(kStats);
    require_equal_again(kReporter);
    require_equal_again(kSeller);
    require_equal_again(kDocument);
    require_equal_again(kTransaction);
    require_equal_again(kValidators);
    require_equal_again(kActivity);
    require_equal_again(kProposal);
    require_equal_again(kCouncil);
    require_equal_again(kExpiry);
    require_equal_again(kChunk);
    require_equal_again(kEvent);
    require_equal_again(kStored);
    require_equal_again(Parameters{});
    require_equal_again(golden_genesis());
}

TEST_CASE("decoders accept only what encoders write") {
    SHOW_SEED();
    Randomness random(1);
    for (const Example& one : examples()) {
        INFO(one.name);
        for (std::size_t size = 0; size < one.bytes.size(); ++size)
            REQUIRE(!one.again(ByteView(one.bytes).first(size)));
        Bytes longer = one.bytes;
        longer.push_back(0);
        REQUIRE(!one.again(longer));
        for (int round = 0; round < 3000; ++round) {
            Bytes mutated = one.bytes;
            for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes)
                mutated[random.below(mutated.size())] = static_cast<std::uint8_t>(random.below(256));
            if (random.below(4) == 0) mutated.resize(random.below(mutated.size()));
            const auto again = one.again(mutated);
            if (again) REQUIRE(equal(*again, mutated));
        }
        for (int round = 0; round < 300; ++round) {
            const Bytes noise = random.bytes(random.below(200));
            const auto again = one.again(noise);
            if (again) REQUIRE(equal(*again, noise));
        }
    }
}

TEST_CASE("values that no encoder writes are refused") {
    const auto refuses = [](Bytes bytes, std::size_t at, std::uint8_t value, auto decode) {
        bytes[at] = value;
        return !decode(bytes).ok();
    };
    REQUIRE(refuses(kTransaction.encode(), 0, 2, TransactionRecord::decode));
    const std::size_t state_at = 2 + 4 + 14 + 4 + 2 + 4 + 4;
    REQUIRE(refuses(kItem.encode(), state_at, 0, ItemRecord::decode));
    REQUIRE(refuses(kItem.encode(), state_at, 10, ItemRecord::decode));
    // Packed without a place, and a place without being packed.
    REQUIRE(refuses(kItem.encode(), state_at, 4, ItemRecord::decode));
    REQUIRE(refuses(kPackedItem.encode(), state_at, 1, ItemRecord::decode));
    REQUIRE(refuses(kContainer.encode(), 2, 3, ContainerRecord::decode));
    REQUIRE(refuses(kContainer.encode(), 2, 4, ContainerRecord::decode));
    REQUIRE(refuses(kPackedContainer.encode(), 2, 1, ContainerRecord::decode));
    // A bit of no optional field, and of one that is empty.
    const std::size_t present_at = state_at + 1 + (4 + 5) + (4 + 5) + (4 + 5) + 8 + 4 + 32 + 8;
    REQUIRE(refuses(kItem.encode(), present_at, 0x80, ItemRecord::decode));
    REQUIRE(refuses(kSoldItem.encode(), present_at - 2 + 1, 0x91, ItemRecord::decode));
    // No record is one of another kind, whatever is in it.
    for (const std::uint8_t kind : {0, 1, 7, 22, 255}) REQUIRE(refuses(kItem.encode(), 0, kind, ItemRecord::decode));
    REQUIRE(refuses(kEvent.encode(), 1, 0, Event::decode));
    REQUIRE(refuses(kEvent.encode(), 1, 25, Event::decode));
    REQUIRE(refuses(kEvent.encode(), 1, 38, Event::decode));
    REQUIRE(!refuses(kEvent.encode(), 1, 30, Event::decode));
    REQUIRE(refuses(kEvent.encode(), 1, 49, Event::decode));
    REQUIRE(!refuses(kEvent.encode(), 1, 50, Event::decode));
    REQUIRE(refuses(kEvent.encode(), 1, 51, Event::decode));
    REQUIRE(!refuses(kEvent.encode(), 1, 60, Event::decode));
    REQUIRE(refuses(kEvent.encode(), 1, 200, Event::decode));
    ProductRecord unsorted = kProduct;
    unsorted.territories = {"DE", "CH"};
    REQUIRE(!ProductRecord::decode(unsorted.encode()).ok());
    unsorted.territories = {"CH", "CH"};
    REQUIRE(!ProductRecord::decode(unsorted.encode()).ok());
    ProductRecord strict = kProduct;
    strict.serial_policy = static_cast<SerialPolicy>(2);
    REQUIRE(!ProductRecord::decode(strict.encode()).ok());
    ReportRecord report = kReport;
    report.subject.gtin = kGtin;  // of a listing
    REQUIRE(!ReportRecord::decode(report.encode()).ok());
    report = kReport;
    report.state = ReportState::kOpen;  // with an outcome
    REQUIRE(!ReportRecord::decode(report.encode()).ok());
    ReportStatsRecord stats = kStats;
    stats.month = "2023-13";
    REQUIRE(!ReportStatsRecord::decode(stats.encode()).ok());
    REQUIRE(!ExpiryChunk::decode(ExpiryChunk{{}, {hash_of(2), hash_of(1)}}.encode()).ok());
    REQUIRE(!ExpiryChunk::decode(ExpiryChunk{{}, {hash_of(1), hash_of(1)}}.encode()).ok());
    OrganisationRecord roles = kOrganisation;
    roles.roles = 1u << kRoleCount;
    REQUIRE(!OrganisationRecord::decode(roles.encode()).ok());
}

TEST_CASE("an envelope carries payload and signature and nothing else") {
    const SignedTransaction carried = sign_payload({1, 2, 3}, key_of("brand"));
    const Bytes envelope = carried.to_envelope();
    const auto read = SignedTransaction::from_envelope(envelope);
    REQUIRE(read.ok());
    REQUIRE(read->id() == carried.id());
    REQUIRE(read->signature == carried.signature);
    Bytes unknown = envelope;
    unknown.insert(unknown.end(), {0x18, 0x01});  // field 3
    REQUIRE(!SignedTransaction::from_envelope(unknown).ok());
    REQUIRE(!SignedTransaction::from_envelope(ByteView(envelope).first(envelope.size() - 1)).ok());
    REQUIRE(!SignedTransaction::from_envelope({}).ok());
}
