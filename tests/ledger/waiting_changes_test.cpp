// What the council does to another organisation waits, and can be vetoed; a stolen admin key is answered.
#include "ledger/records/prefixes.h"
#include "tests/ledger/refusal_checks.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

constexpr std::uint64_t kDelayMs = 60'000;

// Three council members and one without a seat, each with an admin key of its own name.
Genesis founding() {
    Genesis genesis;
    genesis.name = "council";
    genesis.time = WallTime{kToday * kDayMs};
    genesis.parameters.change_delay_ms = kDelayMs;
    genesis.organisations = {organisation("acme", {Role::kBrand}), organisation("bazaar", {Role::kPlatform}),
                             organisation("customs", {Role::kRegulator}), organisation("line", {Role::kBrand}),
                             organisation("frozen", {Role::kBrand})};
    for (OrganisationRecord& one : genesis.organisations) {
        one.keys[0].purpose = KeyPurpose::kAdmin;
        one.council = one.id == "acme" || one.id == "bazaar" || one.id == "customs";
    }
    genesis.organisations[3].prefixes = {"9506000"};
    genesis.organisations[3].keys.push_back({key_of("robot").public_key(), KeyPurpose::kOperate, Height(0), Height(0)});
    genesis.organisations[4].suspended = true;
    genesis.validators = {{"acme", "v0", key_of("v0").public_key()}};
    return genesis;
}

struct Council : World {
    Council() : World(founding()) {}

    std::uint64_t propose(Change change, const std::string& by = "acme") {
        must(by, {op::Propose{std::move(change), "for the record"}});
        return get<CouncilRecord>(council_key())->proposals;
    }
    void approve(std::uint64_t number) {
        must("bazaar", {op::VoteOnProposal{number, true, {}}});
        must("customs", {op::VoteOnProposal{number, true, {}}});
    }
    // Proposed by acme and approved by all.
    std::uint64_t pass(Change change) {
        const std::uint64_t number = propose(std::move(change));
        approve(number);
        return number;
    }
    ProposalRecord proposal(std::uint64_t number) const { return *get<ProposalRecord>(proposal_key(number)); }
    bool listed(ProposalState wanted, std::uint64_t number) const {
        return side.contains(proposal_index_key(wanted, number));
    }
    OrganisationRecord known(const std::string& id) const { return *get<OrganisationRecord>(organisation_key(id)); }
    TransactionOutcome run_signed(const std::string& actor, const std::string& signer, Operation operation) {
        const std::vector<Operation> operations{std::move(operation)};
        auto parsed = parse(std::make_shared<SignedTransaction>(
                                sign_payload(build_payload(head(actor, signer), operations), key_of(signer))),
                            parameters);
        REQUIRE(parsed.ok());
        return execute_block({*parsed}).outcomes.at(0);
    }
    bool is_admitted(const std::string& actor, const std::string& signer) {
        const std::vector<Operation> operations{op::RevokeKey{key_of(signer).public_key(), {}}};
        auto parsed = parse(std::make_shared<SignedTransaction>(
                                sign_payload(build_payload(head(actor, signer), operations), key_of(signer))),
                            parameters);
        REQUIRE(parsed.ok());
        return !admit(**parsed, context(), reader());
    }
};

change::Amend roles(const std::string& organisation, Role role) {
    change::Amend amend;
    amend.organisation = organisation;
    amend.roles = static_cast<std::uint16_t>(1u << static_cast<int>(role));
    return amend;
}

change::ReplaceKeys new_keys(const std::string& organisation, const std::string& admin) {
    return {organisation, {{key_of(admin).public_key(), KeyPurpose::kAdmin, Height(0), Height(0)}}};
}

}  // namespace

TEST_CASE("another organisation's roles change when they have waited, by any council member's word") {
    Council council;
    const std::uint64_t number = council.pass(roles("line", Role::kManufacturer));
    ProposalRecord waiting = council.proposal(number);
    REQUIRE(waiting.state == ProposalState::kWaiting);
    REQUIRE(waiting.due.ms == council.time.ms + kDelayMs);
    REQUIRE(waiting.decided == Height(0));
    REQUIRE(council.known("line").has(Role::kBrand));
    REQUIRE(council.listed(ProposalState::kWaiting, number));
    REQUIRE_FALSE(council.listed(ProposalState::kOpen, number));

    council.time.ms += kDelayMs - 1;
    refused(council, "bazaar", {op::CarryOut{number}}, Refusal::kNotDue);
    ++council.time.ms;
    refused(council, "line", {op::CarryOut{number}}, Refusal::kNotCouncil);
    refused(council, "acme", {op::CarryOut{number + 1}}, Refusal::kProposalUnknown);
    council.must("bazaar", {op::CarryOut{number}});
    REQUIRE(council.proposal(number).state == ProposalState::kPassed);
    REQUIRE(council.proposal(number).decided == council.height);
    REQUIRE(council.known("line").has(Role::kManufacturer));
    REQUIRE(council.listed(ProposalState::kPassed, number));
    REQUIRE(council.get<CouncilRecord>(council_key())->open.empty());
    refused(council, "bazaar", {op::CarryOut{number}}, Refusal::kNotWaiting);
}

TEST_CASE("the organisation concerned vetoes with an admin key, and nobody else does") {
    Council council;
    const std::uint64_t number = council.pass(roles("line", Role::kManufacturer));
    refused(council, "acme", {op::VetoProposal{number, "no"}}, Refusal::kNotConcerned);
    REQUIRE(council.run_signed("line", "robot", op::VetoProposal{number, "no"}).refusal == Refusal::kAdminKeyNeeded);
    refused(council, "bazaar", {op::VoteOnProposal{number, false, {}}}, Refusal::kProposalClosed);
    refused(council, "acme", {op::WithdrawProposal{number}}, Refusal::kProposalClosed);
    council.must("line", {op::VetoProposal{number, "we are a brand"}});
    REQUIRE(council.proposal(number).state == ProposalState::kVetoed);
    REQUIRE(council.proposal(number).veto_reason == "we are a brand");
    REQUIRE(council.listed(ProposalState::kVetoed, number));
    council.time.ms += kDelayMs;
    refused(council, "acme", {op::CarryOut{number}}, Refusal::kNotWaiting);
    refused(council, "line", {op::VetoProposal{number, {}}}, Refusal::kNotWaiting);
    REQUIRE(council.known("line").has(Role::kBrand));

    const std::uint64_t open = council.propose(roles("line", Role::kManufacturer));
    refused(council, "line", {op::VetoProposal{open, "early"}}, Refusal::kNotWaiting);
}

TEST_CASE("what is nobody else's, and what takes nothing, does not wait") {
    Council council;
    change::Amend seat;
    seat.organisation = "line";
    seat.council = change::Seat::kGiven;
    REQUIRE(council.proposal(council.pass(seat)).state == ProposalState::kPassed);
    seat.council = change::Seat::kTaken;
    const std::uint64_t taken = council.propose(seat);
    council.approve(taken);
    REQUIRE(council.proposal(taken).state == ProposalState::kPassed);
    // Its own proposer needs no veto.
    REQUIRE(council.proposal(council.pass(roles("acme", Role::kManufacturer))).state == ProposalState::kPassed);
    REQUIRE(council.proposal(council.pass(change::Suspend{"line"})).state == ProposalState::kPassed);
    REQUIRE(council.proposal(council.pass(change::Reinstate{"line"})).state == ProposalState::kPassed);

    change::Amend key;
    key.organisation = "line";
    key.admin_key = key_of("line-2").public_key();
    REQUIRE(council.proposal(council.pass(key)).state == ProposalState::kWaiting);
}

TEST_CASE("who another organisation is, by name, country and GLN, changes when it has waited, and can be vetoed") {
    Council council;
    change::Amend amend;
    amend.organisation = "line";
    SECTION("name") { amend.name = "Line & Co"; }
    SECTION("country") { amend.country = "FR"; }
    SECTION("GLN") { amend.gln = "4012345000009"; }
    const OrganisationRecord before = council.known("line");
    const std::uint64_t number = council.pass(amend);
    REQUIRE(council.proposal(number).state == ProposalState::kWaiting);
    REQUIRE(council.known("line") == before);
    council.must("line", {op::VetoProposal{number, "it is ours"}});
    REQUIRE(council.proposal(number).state == ProposalState::kVetoed);
    amend.organisation = "acme";  // its own proposer waits for nobody
    REQUIRE(council.proposal(council.pass(amend)).state == ProposalState::kPassed);
}

TEST_CASE("no two organisations have names that read alike") {
    Council council;
    const auto named = [](const std::string& organisation, const std::string& name) {
        change::Amend amend;
        amend.organisation = organisation;
        amend.name = name;
        return amend;
    };
    for (const char* alike : {"Organisation line", "ORGANISATION LINE", " organisationline ", "Organisation\u200bline",
                              "Organisation\u00a0Line"}) {
        INFO(alike);
        refused(council, "acme", {op::Propose{named("acme", alike), {}}}, Refusal::kNameTaken);
        change::Admit admitted{organisation("newcomer", {Role::kBrand})};
        admitted.organisation.keys[0].purpose = KeyPurpose::kAdmin;
        admitted.organisation.name = alike;
        refused(council, "acme", {op::Propose{admitted, {}}}, Refusal::kNameTaken);
    }
    // Its own may be written otherwise.
    council.pass(named("acme", "ORGANISATION ACME"));
    REQUIRE(council.known("acme").name == "ORGANISATION ACME");
    // Judged as the state is when it is carried out; a name that was given up is free.
    const std::uint64_t late = council.pass(named("line", "Lumen"));
    council.pass(named("acme", "Lumen"));
    council.time.ms += kDelayMs;
    refused(council, "acme", {op::CarryOut{late}}, Refusal::kNameTaken);
    council.pass(named("acme", "Acme"));
    council.must("acme", {op::CarryOut{late}});
    REQUIRE(council.known("line").name == "Lumen");
}

TEST_CASE("a name has something to see") {
    Council council;
    change::Amend amend;
    amend.organisation = "acme";
    for (const char* unseen : {"\u200b", "\u2060\u200d", "\u00ad", "\u3164", " \u00a0\u3000", "\U000e0041"}) {
        amend.name = unseen;
        rejected(council, op::Propose{amend, {}}, Refusal::kBadChange);
    }
}

TEST_CASE("a key that nobody can have the secret of is not written down") {
    Council council;
    crypto::PublicKey zero, neutral;
    neutral.bytes[0] = 1;
    const crypto::PublicKey eighth = *crypto::PublicKey::from_hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85");
    const auto bad = [](const crypto::PublicKey& key) {
        return OrganisationKey{key, KeyPurpose::kAdmin, Height(0), Height(0)};
    };
    for (const crypto::PublicKey& key : {zero, neutral, eighth}) {
        change::Admit admitted{organisation("newcomer", {Role::kBrand})};
        admitted.organisation.keys = {bad(key)};
        rejected(council, op::Propose{admitted, {}}, Refusal::kBadKey);
        rejected(council, op::Propose{change::ReplaceKeys{"line", {bad(key)}}, {}}, Refusal::kBadKey);
        change::Amend amend;
        amend.organisation = "line";
        amend.admin_key = key;
        rejected(council, op::Propose{amend, {}}, Refusal::kBadKey);
        rejected(council, op::Propose{change::AddValidator{{"line", "v9", key}}, {}}, Refusal::kBadKey);
        rejected(council, op::Propose{change::ReplaceValidator{key_of("v0").public_key(), {"line", "v9", key}}, {}},
                 Refusal::kBadKey);
        rejected(council, op::AddKey{key, KeyPurpose::kOperate, {}}, Refusal::kBadKey);
    }
}

TEST_CASE("a delay of zero: nothing waits") {
    Genesis genesis = founding();
    genesis.parameters.change_delay_ms = 0;
    World world(genesis);
    world.must("acme", {op::Propose{roles("line", Role::kManufacturer), {}}});
    world.must("bazaar", {op::VoteOnProposal{1, true, {}}});
    world.must("customs", {op::VoteOnProposal{1, true, {}}});
    REQUIRE(world.get<ProposalRecord>(proposal_key(1))->state == ProposalState::kPassed);
}

TEST_CASE("the waiting itself is shortened by waiting, and lengthened at once") {
    SECTION("shorter") {
        Council council;
        const std::uint64_t number = council.pass(change::SetParameters{{{"change_delay_ms", 0}}});
        REQUIRE(council.proposal(number).state == ProposalState::kWaiting);
        refused(council, "line", {op::VetoProposal{number, {}}}, Refusal::kNoVeto);
        council.time.ms += kDelayMs;
        council.must("acme", {op::CarryOut{number}});
        REQUIRE(council.get<Parameters>(parameters_key())->change_delay_ms == 0);
    }
    SECTION("longer") {
        Council council;
        REQUIRE(council.proposal(council.pass(change::SetParameters{{{"change_delay_ms", 2 * kDelayMs}}})).state ==
                ProposalState::kPassed);
    }
    SECTION("not for ever") {
        Council council;
        refused(council, "acme", {op::Propose{change::SetParameters{{{"change_delay_ms", ~0ull}}}, {}}},
                Refusal::kBadParameter);
        refused(council, "acme", {op::Propose{change::SetParameters{{{"proposal_deadline_ms", ~0ull}}}, {}}},
                Refusal::kBadParameter);
    }
}

TEST_CASE("a stolen admin key: the thief filled the record and revoked the owner's; the council replaces all keys") {
    Council council;
    // The thief signs with "line", the stolen key.
    for (std::size_t i = council.known("line").keys.size(); i < limits::kKeysPerOrgMax; ++i) {
        const crypto::SecretKey key = key_of("thief " + std::to_string(i));
        council.must("line", {op::AddKey{key.public_key(), i == 2 ? KeyPurpose::kAdmin : KeyPurpose::kOperate,
                                         key.sign(key_possession_bytes(council.chain_id, "line"))}});
    }
    REQUIRE(council.run_signed("line", "thief 2", op::RevokeKey{key_of("line").public_key(), {}}).applied());
    REQUIRE(council.is_admitted("line", "thief 2"));

    const bool suspended = GENERATE(false, true);
    const std::uint64_t number = council.propose(new_keys("line", "line-new"));
    council.approve(number);
    REQUIRE(council.proposal(number).state == ProposalState::kWaiting);
    REQUIRE(council.run_signed("line", "thief 2", op::VetoProposal{number, "never"}).refusal == Refusal::kNoVeto);
    refused(council, "acme", {op::CarryOut{number}}, Refusal::kNotDue);
    if (suspended)
        council.pass(change::Suspend{"line"});  // then there is nothing to wait for
    else
        council.time.ms += kDelayMs;
    council.must("customs", {op::CarryOut{number}});
    if (suspended) council.pass(change::Reinstate{"line"});

    const OrganisationRecord line = council.known("line");
    REQUIRE(line.keys.size() <= limits::kKeysPerOrgMax / 2);
    // The first keys keep their meaning; the thief's last ones are forgotten; one is in force.
    REQUIRE(line.keys[0].key == key_of("line").public_key());
    REQUIRE(line.find_key(key_of("thief 63").public_key()) == nullptr);
    REQUIRE(std::count_if(line.keys.begin(), line.keys.end(),
                          [&](const auto& key) { return key.in_force(council.height.next()); }) == 1);
    for (const char* key : {"line", "robot", "thief 2", "thief 63"}) REQUIRE_FALSE(council.is_admitted("line", key));
    const crypto::SecretKey next = key_of("line-robot");
    REQUIRE(council
                .run_signed("line", "line-new",
                            op::AddKey{next.public_key(), KeyPurpose::kOperate,
                                       next.sign(key_possession_bytes(council.chain_id, "line"))})
                .applied());
}

TEST_CASE("keys that replace others: of an organisation that there is, new, one of them for admin; a validator's stay") {
    Council council;
    refused(council, "acme", {op::Propose{new_keys("nobody", "new"), {}}}, Refusal::kOrganisationUnknown);
    refused(council, "acme", {op::Propose{new_keys("line", "robot"), {}}}, Refusal::kKeyExists);
    change::ReplaceKeys wrong = new_keys("line", "new");
    wrong.keys[0].purpose = KeyPurpose::kOperate;
    rejected(council, op::Propose{wrong, {}}, Refusal::kBadChange);
    wrong = new_keys("line", "new");
    wrong.keys.push_back(wrong.keys[0]);
    rejected(council, op::Propose{wrong, {}}, Refusal::kBadChange);

    council.pass(change::AddValidator{{"line", "v9", key_of("v9").public_key()}});
    council.pass(change::Suspend{"line"});
    REQUIRE(council.proposal(council.pass(new_keys("line", "new"))).state == ProposalState::kPassed);
    const OrganisationRecord line = council.known("line");
    for (const char* key : {"line", "robot"})
        REQUIRE_FALSE(line.find_key(key_of(key).public_key())->in_force(council.height.next()));
    for (const char* key : {"new", "v9"})
        REQUIRE(line.find_key(key_of(key).public_key())->in_force(council.height.next()));
}

TEST_CASE("prefixes: one more at once, one less after waiting, never another's") {
    Council council;
    const change::SetPrefixes more{"line", {"0614141", "9506000"}};
    REQUIRE(council.proposal(council.pass(more)).state == ProposalState::kPassed);
    REQUIRE(council.known("line").prefixes == more.prefixes);
    council.must("line", {op::DeclareProduct{kOtherGtin, "Lamp", {}, {}}});
    refused(council, "acme", {op::Propose{more, {}}}, Refusal::kNothingChanges);
    refused(council, "acme", {op::Propose{change::SetPrefixes{"acme", {"06141"}}, {}}}, Refusal::kPrefixTaken);
    refused(council, "acme", {op::Propose{change::SetPrefixes{"nobody", {"1234"}}, {}}},
            Refusal::kOrganisationUnknown);
    // One that begins another of the same list would make a record that nobody can read.
    rejected(council, op::Propose{change::SetPrefixes{"line", {"0614", "06141"}}, {}}, Refusal::kBadPrefix);

    const std::uint64_t less = council.pass(change::SetPrefixes{"line", {"9506000"}});
    REQUIRE(council.proposal(less).state == ProposalState::kWaiting);
    council.time.ms += kDelayMs;
    council.must("acme", {op::CarryOut{less}});
    REQUIRE(council.get<PrefixesRecord>(prefixes_key())->overlapping("0614141") == nullptr);
    REQUIRE(council.proposal(council.pass(change::SetPrefixes{"acme", {"0614141"}})).state == ProposalState::kPassed);
    REQUIRE(council.get<PrefixesRecord>(prefixes_key())->overlapping("0614141")->organisation == "acme");
}

TEST_CASE("a dispute about a GTIN: the product gets another brand, unless its brand vetoes") {
    Council council;
    council.must("line", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
    const change::ReassignProduct change{kGtin, "acme"};
    refused(council, "acme", {op::Propose{change::ReassignProduct{kOtherGtin, "acme"}, {}}}, Refusal::kProductUnknown);
    refused(council, "acme", {op::Propose{change::ReassignProduct{kGtin, "nobody"}, {}}},
            Refusal::kOrganisationUnknown);
    refused(council, "acme", {op::Propose{change::ReassignProduct{kGtin, "frozen"}, {}}},
            Refusal::kSuspendedOrganisation);
    refused(council, "acme", {op::Propose{change::ReassignProduct{kGtin, "bazaar"}, {}}}, Refusal::kBadRole);
    refused(council, "acme", {op::Propose{change::ReassignProduct{kGtin, "line"}, {}}}, Refusal::kNothingChanges);

    council.must("line", {op::VetoProposal{council.pass(change), "it is ours"}});
    const std::uint64_t number = council.pass(change);
    const std::uint64_t twice = council.pass(change);
    council.time.ms += kDelayMs;
    council.must("customs", {op::CarryOut{number}});
    REQUIRE(council.get<ProductRecord>(product_key(kGtin))->brand == "acme");
    const auto events = council.events(product_key(kGtin));
    REQUIRE(events.back().kind == EventKind::kProductReassigned);
    REQUIRE(events.back().actor == "customs");
    REQUIRE(events.back().other == "acme");
    REQUIRE(events.back().detail == "before: line");
    // Judged as the state is by then.
    refused(council, "customs", {op::CarryOut{twice}}, Refusal::kNothingChanges);
    REQUIRE(council.proposal(twice).state == ProposalState::kWaiting);
}

TEST_CASE("one member has few proposals open or waiting, and does not keep others from theirs") {
    Council council;
    const std::uint64_t first = council.pass(roles("line", Role::kManufacturer));
    for (std::size_t i = 1; i < limits::kOpenProposalsPerMemberMax; ++i)
        council.propose(roles("line", Role::kRetailer));
    refused(council, "acme", {op::Propose{roles("line", Role::kRetailer), {}}}, Refusal::kTooManyOwnProposals);
    council.propose(roles("line", Role::kRetailer), "bazaar");
    council.must("line", {op::VetoProposal{first, {}}});
    council.propose(roles("line", Role::kRetailer));
}

TEST_CASE("what was approved and not carried out in time is void") {
    Council council;
    const std::uint64_t number = council.pass(roles("line", Role::kManufacturer));
    council.time.ms += kDelayMs + council.parameters.proposal_deadline_ms + 1;
    refused(council, "acme", {op::CarryOut{number}}, Refusal::kProposalClosed);
    council.propose(roles("line", Role::kRetailer));
    REQUIRE(council.proposal(number).state == ProposalState::kExpired);
}

TEST_CASE("the new changes have one encoding") {
    const change::ReplaceKeys keys{"line",
                                   {{key_of("a").public_key(), KeyPurpose::kAdmin, Height(0), Height(0)},
                                    {key_of("b").public_key(), KeyPurpose::kOperate, Height(0), Height(0)}}};
    for (const Change& change : {Change(keys), Change(change::SetPrefixes{"line", {"9506000"}}),
                                 Change(change::ReassignProduct{kGtin, "acme"})}) {
        const Bytes bytes = encode_change(change);
        REQUIRE(*decode_change(bytes) == change);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            REQUIRE_FALSE(decode_change(ByteView(bytes).first(size)).ok());
    }
}

void touchstone::ledger::test::waiting_refusals() {
    // So many members that all together fill the list.
    Genesis large = founding();
    constexpr std::size_t kMembers = limits::kOpenProposalsMax / limits::kOpenProposalsPerMemberMax;
    for (std::size_t i = 0; i < kMembers; ++i) {
        OrganisationRecord& member = large.organisations.emplace_back(
            organisation("member-" + std::to_string(i), {Role::kBrand}));
        member.keys[0].purpose = KeyPurpose::kAdmin;
        member.council = true;
    }
    World full(large);
    for (std::size_t i = 0; i < kMembers; ++i)
        full.must("member-" + std::to_string(i),
                  std::vector<Operation>(limits::kOpenProposalsPerMemberMax,
                                         Operation(op::Propose{change::Suspend{"line"}, {}})));
    refused(full, "acme", {op::Propose{change::Suspend{"line"}, {}}}, Refusal::kTooManyProposals);

    Council council;
    const std::uint64_t number = council.pass(roles("line", Role::kManufacturer));
    refused(council, "acme", {op::CarryOut{number}}, Refusal::kNotDue);
    refused(council, "acme", {op::VetoProposal{number, {}}}, Refusal::kNotConcerned);
    refused(council, "line", {op::VetoProposal{council.pass(new_keys("line", "new")), {}}}, Refusal::kNoVeto);
    change::Amend name;
    name.organisation = "acme";
    name.name = "organisation line";
    refused(council, "acme", {op::Propose{name, {}}}, Refusal::kNameTaken);
    rejected(council, op::AddKey{{}, KeyPurpose::kOperate, {}}, Refusal::kBadKey);
    const std::uint64_t open = council.propose(roles("line", Role::kRetailer));
    refused(council, "acme", {op::CarryOut{open}}, Refusal::kNotWaiting);
    council.propose(roles("line", Role::kRetailer));
    refused(council, "acme", {op::Propose{roles("line", Role::kRetailer), {}}}, Refusal::kTooManyOwnProposals);
}
