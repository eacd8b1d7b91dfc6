// A node's answer, whole and tampered with in every part: only the whole one may be believed.
#include "tools/proof/light_client.h"
#include "tools/proof/provenance.h"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "crypto/state_root.h"
#include "ledger/records/validator_records.h"

using namespace touchstone;
using namespace touchstone::tools;
using nlohmann::json;

namespace {

constexpr const char* kGtin = "09506000134352";
constexpr const char* kSerial = "7KQ2M9XTRB4H";

ledger::ItemName name_of(const std::string& serial) { return {kGtin, ledger::serial_commitment(kGtin, serial)}; }

crypto::SecretKey key_of(std::uint8_t n) {
    std::array<std::uint8_t, 32> seed{};
    seed[0] = n;
    return crypto::SecretKey::from_seed(seed);
}

// An honest chain of one block: its records, its header, its signatures.
struct Chain {
    std::vector<crypto::SecretKey> validators;
    Trust trust{"test", {}, {}, {}};
    std::map<Hash256, Bytes> records;
    ledger::ItemRecord item;
    std::vector<Bytes> events;
    ledger::Header header;

    Chain() {
        std::vector<crypto::PublicKey> keys;
        std::vector<std::string> names;
        for (std::uint8_t i = 1; i <= 4; ++i) {
            validators.push_back(key_of(i));
            keys.push_back(validators.back().public_key());
            names.push_back("v" + std::to_string(i));
        }
        trust.epochs.push_back({consensus::ValidatorSet(keys), names});
        trust.chain_id.bytes[0] = 7;
        add_records();
        header.chain_id = trust.chain_id;
        header.height = Height(17);
        header.view = View(20);
        header.time = WallTime{1'800'000'000'000};
        header.validators_hash = trust.epochs[0].validators.hash();
        seal();
    }

    void add_records() {
        ledger::ProductRecord product;
        product.gtin = kGtin;
        product.brand = "acme";
        product.name = "Cream";
        records[ledger::product_key(kGtin)] = product.encode();
        ledger::OrganisationRecord maker;
        maker.id = "acme";
        maker.name = "Acme";
        maker.roles = 1;
        maker.keys.push_back({key_of(9).public_key(), ledger::KeyPurpose::kAdmin, Height(0), Height(0)});
        records[ledger::organisation_key("acme")] = maker.encode();
        add_item();
    }

    void add_item() {
        const ledger::StateKey key = name_of(kSerial).key();
        item.gtin = kGtin;
        item.lot = "A1";
        item.maker = item.owner = item.custodian = "acme";
        item.registered_at = WallTime{1'799'999'000'000};
        for (std::uint32_t i = 0; i < 3; ++i) {
            ledger::Event event;
            event.kind = i == 0 ? ledger::EventKind::kRegistered : ledger::EventKind::kFlagged;
            event.sequence = i;
            event.height = Height(i + 1);
            event.time = WallTime{1'799'999'000'000u + i};
            event.actor = "acme";
            events.push_back(event.encode());
            item.event_head = ledger::next_event_head(item.event_head, key, events.back());
        }
        item.event_count = 3;
        records[key] = item.encode();
    }

    std::vector<crypto::StateLeaf> leaves() const {
        std::vector<crypto::StateLeaf> made;
        for (const auto& [key, record] : records) made.push_back({key, crypto::state_leaf_hash(key, record)});
        return made;
    }

    void seal() { header.state_root = crypto::state_root(leaves()); }

    crypto::StateProof prove(const Hash256& key) const {
        crypto::StateProof proof;
        auto here = leaves();
        for (std::size_t depth = 0; here.size() > 1; ++depth) {
            std::vector<crypto::StateLeaf> sides[2];
            for (const auto& leaf : here) sides[leaf.key.bit(depth)].push_back(leaf);
            const bool right = key.bit(depth);
            proof.siblings.push_back(crypto::state_root(sides[!right], depth + 1));
            here = sides[right];
        }
        if (here.size() == 1 && here[0].key != key)
            proof.other = {here[0].key, crypto::sha256(records.at(here[0].key))};
        return proof;
    }

    json element(const std::string& kind, const Hash256& key) const {
        const auto record = records.find(key);
        return {{"kind", kind},
                {"key", key.hex()},
                {"record", record == records.end() ? json() : json(to_base64(record->second))},
                {"path", to_base64(prove(key).encode())}};
    }

    Bytes certificate(std::vector<std::uint32_t> signers,
                      consensus::VoteKind kind = consensus::VoteKind::kFinalize) const {
        consensus::Certificate made;
        made.subject = {header.epoch, kind, header.view, View(19), header.hash()};
        for (const std::uint32_t signer : signers) {
            made.signers.push_back(ValidatorIndex(signer));
            made.signatures.push_back(validators[signer].sign(consensus::signing_bytes(trust.chain_id, made.subject)));
        }
        return made.encode(4);
    }

    json answer(const std::string& serial = kSerial) const {
        json proof = json::array(
            {element("item", name_of(serial).key()), element("product", ledger::product_key(kGtin))});
        const bool present = records.contains(name_of(serial).key());
        if (present) proof.push_back(element("organisation", ledger::organisation_key("acme")));
        return {{"verdict", present ? "genuine" : "unknown"},
                {"proof", proof},
                {"header", to_base64(header.encode())},
                {"certificate", to_base64(certificate({0, 1, 3}))}};
    }
};

ItemQuery query_of(const std::string& serial = kSerial) { return {name_of(serial), {}, {}}; }

void require_unproven(const Chain& chain, const json& answer, const std::string& part) {
    const auto checked = check_item_answer(chain.trust, query_of(), answer);
    REQUIRE_FALSE(checked.ok());
    REQUIRE(checked.error().code == "unproven");
    INFO(checked.error().message);
    REQUIRE(checked.error().message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("an honest answer is proven, present and absent") {
    const Chain chain;
    const auto present = check_item_answer(chain.trust, query_of(), chain.answer());
    REQUIRE(present.ok());
    REQUIRE(present->verdict.kind == rpc::VerdictKind::kGenuine);
    REQUIRE(present->item->custodian == "acme");
    REQUIRE(present->signed_header.signers == std::vector<std::uint32_t>{0, 1, 3});

    const auto absent = check_item_answer(chain.trust, query_of("NOBODYKNOWSME"), chain.answer("NOBODYKNOWSME"));
    REQUIRE(absent.ok());
    REQUIRE(absent->verdict.kind == rpc::VerdictKind::kUnknown);
    REQUIRE_FALSE(absent->item.has_value());
}

TEST_CASE("what is printed on the item is judged here, not by the node") {
    const Chain chain;
    ItemQuery query = query_of();
    query.lot = "B2";
    json answer = chain.answer();
    REQUIRE_FALSE(check_item_answer(chain.trust, query, answer).ok());  // the node said genuine
    answer["verdict"] = "caution";
    const auto checked = check_item_answer(chain.trust, query, answer);
    REQUIRE(checked.ok());
    REQUIRE(checked->verdict.reasons == std::vector{rpc::Reason::kLotMismatch});
}

TEST_CASE("where the item is offered, and whether somebody complained, is judged here too") {
    Chain chain;
    auto product = *ledger::ProductRecord::decode(chain.records[ledger::product_key(kGtin)]);
    product.territories = {"CH", "DE"};
    product.recalls = {{"acme", true, {"A1", {}, 0, 0}, "label", WallTime{1}, {"DE"}}};
    chain.records[ledger::product_key(kGtin)] = product.encode();
    chain.item.open_reports = 1;
    chain.records[name_of(kSerial).key()] = chain.item.encode();
    chain.seal();
    json answer = chain.answer();
    answer["verdict"] = "caution";
    ItemQuery query = query_of();
    const auto reasons = [&] { return check_item_answer(chain.trust, query, answer).value().verdict.reasons; };
    using rpc::Reason;
    REQUIRE(reasons() == std::vector{Reason::kRecalled, Reason::kOpenReport});
    query.country = "CH";
    REQUIRE(reasons() == std::vector{Reason::kOpenReport});
    query.country = "DE";
    REQUIRE(reasons() == std::vector{Reason::kRecalled, Reason::kOpenReport});
    query.country = "FR";
    REQUIRE(reasons() == std::vector{Reason::kOpenReport, Reason::kOutsideTerritory});
    query.country = "France";
    REQUIRE(check_item_answer(chain.trust, query, answer).error().code == "bad_country");
}

TEST_CASE("one record is proven by itself, present or absent, and nothing stands for another") {
    const Chain chain;
    const ledger::StateKey there = ledger::product_key(kGtin), absent = ledger::product_key("00614141123452");
    json answer = chain.answer();
    answer["proof"] = json::array({chain.element("product", there)});
    const auto present = check_record_answer(chain.trust, there, answer);
    REQUIRE(present.ok());
    REQUIRE(present->record == chain.records.at(there));
    REQUIRE(check_record_answer(chain.trust, absent, answer).error().code == "unproven");
    answer["proof"] = json::array({chain.element("product", absent)});
    REQUIRE(check_record_answer(chain.trust, absent, answer).value().record == std::nullopt);
    answer["certificate"] = to_base64(chain.certificate({0, 1}));
    REQUIRE(check_record_answer(chain.trust, absent, answer).error().code == "unproven");
}

TEST_CASE("a changed record is not believed") {
    const Chain chain;
    for (std::size_t i = 0; i < 3; ++i) {
        json answer = chain.answer();
        Bytes record = *from_base64(answer["proof"][i]["record"].get<std::string>());
        record.back() ^= 1;
        answer["proof"][i]["record"] = to_base64(record);
        require_unproven(chain, answer, "does not lead to the state root");
    }
}

TEST_CASE("a record that is there can not be proven absent") {
    const Chain chain;
    json answer = chain.answer();
    answer["proof"][0]["record"] = nullptr;
    require_unproven(chain, answer, "does not lead to the state root");
}

TEST_CASE("a record that is left out is missed") {
    const Chain chain;
    for (std::size_t i = 0; i < 3; ++i) {
        json answer = chain.answer();
        answer["proof"].erase(i);
        require_unproven(chain, answer, "neither proven");
    }
    json answer = chain.answer();
    answer.erase("proof");
    require_unproven(chain, answer, "no proof");
}

TEST_CASE("the proof of another item does not stand for this one") {
    const Chain chain;
    json answer = chain.answer();
    answer["proof"][0] = chain.element("item", name_of("ANOTHERSERIAL").key());
    require_unproven(chain, answer, "neither proven");
}

TEST_CASE("a path that was changed or cut leads nowhere") {
    const Chain chain;
    json answer = chain.answer();
    Bytes path = *from_base64(answer["proof"][0]["path"].get<std::string>());
    path[path.size() - 2] ^= 1;
    answer["proof"][0]["path"] = to_base64(path);
    REQUIRE_FALSE(check_item_answer(chain.trust, query_of(), answer).ok());
    path.resize(path.size() / 2);
    answer["proof"][0]["path"] = to_base64(path);
    require_unproven(chain, answer, "malformed");
}

TEST_CASE("a header of another chain, state or validator set is not believed") {
    Chain chain;
    SECTION("changed bytes under the old signatures") {
        json answer = chain.answer();
        chain.header.time.ms += 1;
        answer["header"] = to_base64(chain.header.encode());
        require_unproven(chain, answer, "about another block");
    }
    SECTION("another chain") {
        chain.header.chain_id.bytes[0] = 8;
        require_unproven(chain, chain.answer(), "the node serves the chain");
    }
    SECTION("an epoch that was not followed") {
        chain.header.epoch = Epoch(1);
        require_unproven(chain, chain.answer(), "sets of validators are known");
    }
    SECTION("signers of another set") {
        chain.validators[3] = key_of(44);
        require_unproven(chain, chain.answer(), "signatures do not hold");
    }
    SECTION("a header cut short") {
        json answer = chain.answer();
        answer["header"] = to_base64(ByteView(chain.header.encode()).first(100));
        require_unproven(chain, answer, "header is malformed");
    }
}

TEST_CASE("a certificate must be a quorum's finalization of this very block") {
    Chain chain;
    json answer = chain.answer();
    SECTION("two of four are no quorum") {
        answer["certificate"] = to_base64(chain.certificate({0, 1}));
        require_unproven(chain, answer, "signatures do not hold");
    }
    SECTION("a notarization is no finalization") {
        answer["certificate"] = to_base64(chain.certificate({0, 1, 2}, consensus::VoteKind::kNotarize));
        require_unproven(chain, answer, "no finalization");
    }
    SECTION("a signature of one bit less") {
        Bytes bytes = chain.certificate({0, 1, 2});
        bytes.back() ^= 1;
        answer["certificate"] = to_base64(bytes);
        require_unproven(chain, answer, "signatures do not hold");
    }
    SECTION("none at all") {
        answer["certificate"] = "";
        require_unproven(chain, answer, "certificate is malformed");
    }
    SECTION("signed by strangers") {
        chain.validators[0] = key_of(50);
        answer["certificate"] = to_base64(chain.certificate({0, 1, 2}));
        require_unproven(chain, answer, "signatures do not hold");
    }
}

TEST_CASE("without a signature only what stands in the genesis is believed, and nothing that is not there") {
    Chain chain;
    chain.header.height = Height(0);
    json answer = chain.answer();
    answer["certificate"] = "";
    chain.trust.genesis_root = chain.header.state_root;
    // A node that hides all blocks: whatever was registered since would be proven absent.
    require_unproven(chain, answer, "before the first block");
    const ledger::StateKey acme = ledger::organisation_key("acme"), none = ledger::organisation_key("nobody");
    answer["proof"] = json::array({chain.element("organisation", acme), chain.element("organisation", none)});
    const auto founded = check_record_answer(chain.trust, acme, answer);
    REQUIRE(founded.ok());
    REQUIRE(founded->signed_header.is_genesis());
    REQUIRE(check_record_answer(chain.trust, none, answer).error().code == "unproven");
    chain.trust.genesis_root.bytes[0] ^= 1;
    require_unproven(chain, answer, "not the genesis");
}

namespace {

// What chain_epochs tells of the next epoch: v1, v2 and v3 go on, v5 comes for v4.
struct NextEpoch : Chain {
    NextEpoch() {
        std::vector<crypto::PublicKey> keys;
        for (const std::uint8_t seed : {1, 2, 3, 5}) {
            keys.push_back(key_of(seed).public_key());
            told["validators"].push_back({{"organisation", "acme"}, {"name", "n"}, {"key", keys.back().hex()}});
        }
        header.validators_hash = consensus::ValidatorSet(keys, Epoch(1)).hash();
        close(certificate({0, 1, 2}));
    }
    void close(const Bytes& certificate) {
        told["header"] = to_base64(header.encode());
        told["certificate"] = to_base64(certificate);
    }
    std::string fault() {
        const Status followed = follow_epoch(trust, told);
        return followed.ok() ? "" : followed.error().message;
    }
    // The chain is in the new epoch; its old keys still sign.
    void go_on() {
        header.epoch = Epoch(1);
        header.view = header.view.next();
        validators[3] = key_of(5);
    }
    json told;
};

}  // namespace

TEST_CASE("each set of validators vouches for the next one") {
    NextEpoch chain;
    REQUIRE(chain.fault().empty());
    REQUIRE(chain.trust.epochs.size() == 2);
    chain.go_on();
    REQUIRE(check_item_answer(chain.trust, query_of(), chain.answer()).ok());
    // Who left does not sign any more, and nobody believes an epoch that he has not followed.
    chain.validators[3] = key_of(4);
    require_unproven(chain, chain.answer(), "signatures");
    chain.header.epoch = Epoch(2);
    require_unproven(chain, chain.answer(), "ask again");
}

TEST_CASE("a validator has the name that a signed record gives it, and no other") {
    NextEpoch chain;
    chain.told["validators"][0]["name"] = "somebody-else";
    REQUIRE(chain.fault().empty());
    const TrustedSet& set = chain.trust.epochs[1];
    REQUIRE(set.label(0) == "v1");
    REQUIRE(set.label(3) == key_of(5).public_key().hex().substr(0, 16) + "…");
}

TEST_CASE("the record of the block that names them names the new ones too") {
    NextEpoch chain;
    ledger::ValidatorsRecord record;
    record.epoch = Epoch(1);
    record.since = chain.header.height;
    for (const std::uint8_t seed : {1, 2, 3, 5})
        record.validators.push_back({"acme", "node" + std::to_string(seed), key_of(seed).public_key()});
    chain.records[ledger::validators_key()] = record.encode();
    chain.seal();
    chain.close(chain.certificate({0, 1, 2}));
    chain.told["proof"] = json::array({chain.element("validators", ledger::validators_key())});
    REQUIRE(chain.fault().empty());
    REQUIRE(chain.trust.epochs[1].label(3) == "node5");
}

TEST_CASE("other validators than were named, or named by others, are not followed") {
    NextEpoch swapped;
    swapped.told["validators"][3]["key"] = key_of(66).public_key().hex();
    REQUIRE(swapped.fault().find("are not those") != std::string::npos);
    NextEpoch twice;
    twice.told["validators"][3] = twice.told["validators"][2];
    REQUIRE(twice.fault().find("twice") != std::string::npos);
    NextEpoch few;
    few.close(few.certificate({0, 1}));
    REQUIRE(few.fault().find("quorum") != std::string::npos);
    NextEpoch again;
    REQUIRE(again.fault().empty());
    REQUIRE(again.fault().find("can not begin epoch 2") != std::string::npos);
    NextEpoch nobody;
    nobody.told.erase("validators");
    REQUIRE_FALSE(nobody.fault().empty());
    for (const NextEpoch* one : {&swapped, &twice, &few, &nobody}) REQUIRE(one->trust.epochs.size() == 1);
}

TEST_CASE("only the last block of an epoch may be final in a later view than its own") {
    NextEpoch chain;
    const View own = chain.header.view;
    consensus::Certificate later;
    later.subject = {Epoch(0), consensus::VoteKind::kFinalize, View(own.value + 2), own, chain.header.hash()};
    const auto sign = [&] {
        later.signers.clear(), later.signatures.clear();
        for (const std::uint32_t signer : {0u, 1u, 2u}) {
            later.signers.push_back(ValidatorIndex(signer));
            later.signatures.push_back(
                chain.validators[signer].sign(consensus::signing_bytes(chain.trust.chain_id, later.subject)));
        }
        return later.encode(4);
    };
    chain.close(sign());
    REQUIRE(chain.fault().empty());
    Chain ordinary;
    later.subject.digest = ordinary.header.hash();
    REQUIRE_FALSE(check_header(ordinary.trust, ordinary.header.encode(), sign()).ok());
}

TEST_CASE("a verdict that its own proof contradicts is not passed on") {
    const Chain chain;
    json answer = chain.answer();
    answer["verdict"] = "caution";
    require_unproven(chain, answer, "the node says 'caution'");
}

TEST_CASE("a history is complete, in order and unchanged, or it is nothing") {
    const Chain chain;
    const ledger::StateKey key = name_of(kSerial).key();
    const auto check = [&](const std::vector<Bytes>& events) {
        return check_history(key, chain.item.event_count, chain.item.event_head, events).ok();
    };
    REQUIRE(check(chain.events));
    auto events = chain.events;
    events.pop_back();
    REQUIRE_FALSE(check(events));
    events = chain.events;
    std::swap(events[1], events[2]);
    REQUIRE_FALSE(check(events));
    events = chain.events;
    events.push_back(events.back());
    REQUIRE_FALSE(check(events));
    events = chain.events;
    auto event = *ledger::Event::decode(events[1]);
    event.actor = "evil";
    events[1] = event.encode();
    REQUIRE_FALSE(check(events));
    REQUIRE_FALSE(check_history(name_of("X").key(), 3, chain.item.event_head, chain.events).ok());
}

TEST_CASE("what goods tell of a container says how long its history is at least") {
    const auto event = [](ledger::EventKind kind, const char* detail) {
        ledger::Event made;
        made.kind = kind;
        made.other = std::string(64, 'c');
        made.detail = detail;
        return made;
    };
    using enum ledger::EventKind;
    const auto inside = stays_of({event(kPacked, "4")});
    REQUIRE(inside.value().at(0).events_min() == 5);  // that it was packed is an event of the container too
    const auto left = stays_of({event(kPacked, "4"), event(kUnpacked, "9")});
    REQUIRE(left.value().at(0).events_min() == 9);
    REQUIRE(stays_of({event(kUnpacked, "9")}).error().code == "unproven");
}

TEST_CASE("what a container did after the block that proves the item is not the item's") {
    const Bound bound{Height(7), {}};
    ledger::Event event;
    event.height = Height(7);
    REQUIRE(bound.holds(event));
    event.height = Height(8);
    REQUIRE_FALSE(bound.holds(event));
}

TEST_CASE("an answer of other types than it should have is unproven, and quoted in one line") {
    const Chain chain;
    for (const json& odd : {json(7), json(nullptr), json::array({json::array()}), json{{"a", 1}}, json("\x1b[2J\nGENUINE")})
        for (const char* name : {"header", "certificate", "proof", "verdict"}) {
            json answer = chain.answer();
            answer[name] = odd;
            const auto checked = check_item_answer(chain.trust, query_of(), answer);
            if (!checked.ok()) REQUIRE(checked.error().message.find('\n') == std::string::npos);
            REQUIRE((!checked.ok() || std::string(name) == "verdict"));
            for (const char* member : {"kind", "key", "record", "path"}) {
                answer = chain.answer();
                answer["proof"][0][member] = odd;
                answer["proof"][1]["record"] = "";
                REQUIRE_FALSE(check_item_answer(chain.trust, query_of(), answer).ok());
            }
        }
}
