// The council, keys and validators: who may, what follows, and every refusal.
#include "ledger/records/governance_records.h"
#include "tests/ledger/refusal_checks.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

crypto::PublicKey public_of(std::string_view name) { return key_of(name).public_key(); }

// Three council members (acme, bazaar, customs), each with an admin key of its own name, and a member without a seat;
// four validators of acme.
Genesis council_genesis() {
    Genesis genesis;
    genesis.name = "council";
    genesis.time = WallTime{kToday * kDayMs};
    genesis.parameters.change_delay_ms = 0;  // what waits is waiting_changes_test.cpp's
    genesis.organisations = {organisation("acme", {Role::kBrand}), organisation("bazaar", {Role::kPlatform}),
                             organisation("customs", {Role::kRegulator}), organisation("line", {Role::kManufacturer})};
    for (OrganisationRecord& one : genesis.organisations) {
        one.keys[0].purpose = KeyPurpose::kAdmin;
        one.council = one.id != "line";
    }
    genesis.organisations[0].prefixes = {"9506000"};
    genesis.organisations[3].keys.push_back({public_of("robot"), KeyPurpose::kOperate, Height(0), Height(0)});
    for (const char* name : {"v0", "v1", "v2", "v3"}) genesis.validators.push_back({"acme", name, public_of(name)});
    return genesis;
}

// Runs blocks as the chain does: with the hash of the block before, and leaders in turn.
class Council {
  public:
    Council() : world(council_genesis()) {}

    BlockEffects block(const std::vector<ParsedTransactionPtr>& transactions) {
        BlockContext context = world.context();
        context.epoch = epoch;
        context.parent = hash_of(world.height);
        context.proposer = leader.value_or(ValidatorIndex(static_cast<std::uint32_t>(
            world.height.value % world.get<ValidatorsRecord>(validators_key())->validators.size())));
        auto effects = execute(context, transactions, world.reader());
        REQUIRE(effects.ok());
        require_described_events(transactions, *effects);
        world.commit(*effects);
        if (effects->rules) {
            epoch = effects->rules->validators.epoch;
            world.parameters = effects->rules->parameters;
        }
        return *std::move(effects);
    }
    TransactionOutcome run(const std::string& actor, Operation operation) {
        return block({world.transaction(actor, {std::move(operation)})}).outcomes.at(0);
    }
    // Signed by a key that does not bear the organisation's name.
    ParsedTransactionPtr signed_by(const std::string& actor, const std::string& signer, Operation operation) {
        const std::vector<Operation> operations{std::move(operation)};
        auto parsed = parse(std::make_shared<SignedTransaction>(
                                sign_payload(build_payload(world.head(actor, signer), operations), key_of(signer))),
                            world.parameters);
        REQUIRE(parsed.ok());
        return *parsed;
    }
    std::string code(const TransactionOutcome& outcome) const {
        reached().insert(outcome.refusal);
        return std::string(info(outcome.refusal).code);
    }
    std::string run_code(const std::string& actor, Operation operation) {
        return code(run(actor, std::move(operation)));
    }
    // Proposed by acme, and voted for by the others.
    void pass(Change change) {
        REQUIRE(run("acme", op::Propose{std::move(change), ""}).applied());
        const std::uint64_t number = world.get<CouncilRecord>(council_key())->proposals;
        REQUIRE(run("bazaar", op::VoteOnProposal{number, true, ""}).applied());
        REQUIRE(run("customs", op::VoteOnProposal{number, true, ""}).applied());
        REQUIRE(world.get<ProposalRecord>(proposal_key(number))->state == ProposalState::kPassed);
    }
    ValidatorsRecord validators() const { return *world.get<ValidatorsRecord>(validators_key()); }
    OrganisationRecord organisation_now(const std::string& id) const {
        return *world.get<OrganisationRecord>(organisation_key(id));
    }
    op::AddKey add_key(const std::string& organisation, const std::string& name, KeyPurpose purpose) const {
        return {public_of(name), purpose, key_of(name).sign(key_possession_bytes(world.chain_id, organisation))};
    }
    static Hash256 hash_of(Height height) {
        return crypto::tagged_hash("block", {std::move(Writer{}.u64(height.value)).take()});
    }

    World world;
    Epoch epoch;
    std::optional<ValidatorIndex> leader;
};

change::Admit nordic() {
    change::Admit admit;
    admit.organisation = organisation("nordic", {Role::kLogistics});
    admit.organisation.keys[0].purpose = KeyPurpose::kAdmin;
    return admit;
}

}  // namespace

TEST_CASE("a proposal is carried out by the vote with which more than two thirds approve") {
    Council council;
    REQUIRE(council.run("acme", op::Propose{nordic(), "a carrier for the north"}).applied());
    REQUIRE(council.run("bazaar", op::VoteOnProposal{1, true, ""}).applied());
    // Two of three are not more than two thirds.
    REQUIRE(council.world.get<ProposalRecord>(proposal_key(1))->state == ProposalState::kOpen);
    REQUIRE_FALSE(council.world.get<OrganisationRecord>(organisation_key("nordic")));
    REQUIRE(council.run("customs", op::VoteOnProposal{1, true, "known to us"}).applied());

    const auto proposal = council.world.get<ProposalRecord>(proposal_key(1));
    REQUIRE(proposal->state == ProposalState::kPassed);
    REQUIRE(proposal->votes.size() == 3);
    REQUIRE(proposal->votes[2].reason == "known to us");
    REQUIRE(proposal->decided == council.world.height);
    const OrganisationRecord made = council.organisation_now("nordic");
    REQUIRE(made.keys[0].added == council.world.height);
    REQUIRE(made.has(Role::kLogistics));
    // It acts from now on.
    REQUIRE(council.run_code("nordic", op::RevokeKey{public_of("nordic"), ""}) == "last_admin_key");
    REQUIRE(council.run_code("customs", op::VoteOnProposal{1, true, ""}) == "proposal_closed");
}

// A third against rejects, the proposer withdraws, and time runs out.
static void closed_proposals() {
    Council council;
    REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    REQUIRE(council.run("bazaar", op::VoteOnProposal{1, false, "no need"}).applied());
    REQUIRE(council.world.get<ProposalRecord>(proposal_key(1))->state == ProposalState::kRejected);

    REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    REQUIRE(council.run_code("bazaar", op::WithdrawProposal{2}) == "not_proposer");
    REQUIRE(council.run("acme", op::WithdrawProposal{2}).applied());
    REQUIRE(council.run_code("bazaar", op::VoteOnProposal{2, true, ""}) == "proposal_closed");

    REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    council.world.time.ms += council.world.parameters.proposal_deadline_ms;
    REQUIRE(council.run("bazaar", op::VoteOnProposal{3, true, ""}).applied());
    council.world.time.ms += 1;
    REQUIRE(council.run_code("customs", op::VoteOnProposal{3, true, ""}) == "proposal_closed");
    // The next proposal clears it away.
    REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    REQUIRE(council.world.get<ProposalRecord>(proposal_key(3))->state == ProposalState::kExpired);
    REQUIRE(council.world.get<CouncilRecord>(council_key())->open == std::vector<std::uint64_t>{4});
}

// Who may not propose or vote is refused by name.
static void strangers_to_the_council() {
    Council council;
    REQUIRE(council.run_code("line", op::Propose{nordic(), ""}) == "not_council");
    REQUIRE(council.run_code("acme", op::VoteOnProposal{7, true, ""}) == "proposal_unknown");
    REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    REQUIRE(council.run_code("acme", op::VoteOnProposal{1, true, ""}) == "voted_already");
    // An operate key does not speak for a member.
    REQUIRE(council.run("bazaar", council.add_key("bazaar", "till", KeyPurpose::kOperate)).applied());
    const auto voted = council.block({council.signed_by("bazaar", "till", op::VoteOnProposal{1, true, ""})});
    REQUIRE(council.code(voted.outcomes[0]) == "admin_key_needed");
    for (std::size_t i = 1; i < limits::kOpenProposalsPerMemberMax; ++i)
        REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    REQUIRE(council.run_code("acme", op::Propose{nordic(), ""}) == "too_many_own_proposals");
}

// A change that can not be carried out is refused when it is proposed.
static void changes_that_can_not_be() {
    Council council;
    const auto refused = [&](Change change) { return council.run_code("acme", op::Propose{std::move(change), ""}); };
    change::Admit again = nordic();
    again.organisation.id = "line";
    REQUIRE(refused(again) == "organisation_exists");
    again = nordic();
    again.organisation.prefixes = {"95060001"};  // within one of another's
    REQUIRE(refused(again) == "prefix_taken");
    REQUIRE(refused(change::Suspend{"nobody"}) == "organisation_unknown");
    REQUIRE(refused(change::Reinstate{"line"}) == "nothing_changes");
    change::Amend same;
    same.organisation = "line";
    same.roles = 1u << static_cast<int>(Role::kManufacturer);
    REQUIRE(refused(same) == "nothing_changes");
    same.admin_key = public_of("robot");
    REQUIRE(refused(same) == "key_exists");
    REQUIRE(refused(change::SetParameters{{{"retry_ms", Parameters{}.retry_ms}}}) == "nothing_changes");
    REQUIRE(refused(change::SetParameters{{{"advance_timeout_ms", 10}}}) == "bad_parameter");
    // N28: each of these was accepted, and nothing could be changed any more.
    const std::vector<std::pair<const char*, std::uint64_t>> last_words{
        {"transaction_bytes_max", 4},     {"leader_timeout_ms", 1},       {"retry_ms", 1},
        {"validity_heights_max", 1},      {"proposal_deadline_ms", 1},    {"validity_heights_max", UINT64_MAX},
        {"clock_ahead_ms", UINT64_MAX},   {"proposal_deadline_ms", UINT64_MAX}, {"heartbeat_ms", 1},
        {"heartbeat_ms", UINT64_MAX}};
    for (const auto& [name, value] : last_words)
        REQUIRE(refused(change::SetParameters{{{name, value}}}) == "bad_parameter");
    REQUIRE(refused(change::AddValidator{{"nobody", "v9", public_of("v9")}}) == "organisation_unknown");
    REQUIRE(refused(change::AddValidator{{"acme", "v0", public_of("v9")}}) == "validator_exists");
    REQUIRE(refused(change::AddValidator{{"line", "v9", public_of("robot")}}) == "validator_exists");
    REQUIRE(refused(change::RemoveValidator{public_of("v9")}) == "validator_unknown");
    REQUIRE(refused(change::ReplaceValidator{public_of("v9"), {"acme", "v8", public_of("v8")}}) == "validator_unknown");
}

TEST_CASE("an organisation is amended, suspended and reinstated") {
    Council council;
    change::Amend amend;
    amend.organisation = "line";
    amend.name = "Line and Sons";
    amend.council = change::Seat::kGiven;
    amend.admin_key = public_of("found again");
    council.pass(amend);
    OrganisationRecord line = council.organisation_now("line");
    REQUIRE(line.name == "Line and Sons");
    REQUIRE(line.has(Role::kManufacturer));
    REQUIRE(line.council);
    REQUIRE(line.keys.back().key == public_of("found again"));
    REQUIRE(council.world.get<CouncilRecord>(council_key())->members ==
            std::vector<std::string>{"acme", "bazaar", "customs", "line"});

    // Three of four, now.
    REQUIRE(council.run("acme", op::Propose{change::Suspend{"line"}, "forged papers"}).applied());
    REQUIRE(council.run("bazaar", op::VoteOnProposal{2, true, ""}).applied());
    REQUIRE_FALSE(council.organisation_now("line").suspended);
    REQUIRE(council.run("customs", op::VoteOnProposal{2, true, ""}).applied());
    REQUIRE(council.organisation_now("line").suspended);
    const auto rejected = admit(*council.world.transaction("line", {op::RevokeKey{public_of("robot"), ""}}),
                                council.world.context(), council.world.reader());
    REQUIRE(rejected);
    REQUIRE(rejected->refusal == Refusal::kSuspendedOrganisation);
    // A suspended member does not count, so three of three are enough again.
    council.pass(change::Reinstate{"line"});
    REQUIRE_FALSE(council.organisation_now("line").suspended);
}

// Somebody is always left on the council.
static void an_empty_council() {
    Genesis genesis = council_genesis();
    for (OrganisationRecord& one : genesis.organisations) one.council = one.id == "acme";
    Council council;
    council.world = World(genesis);
    REQUIRE(council.run_code("acme", op::Propose{change::Suspend{"acme"}, ""}) == "last_council_member");
    change::Amend leave;
    leave.organisation = "acme";
    leave.council = change::Seat::kTaken;
    REQUIRE(council.run_code("acme", op::Propose{leave, ""}) == "last_council_member");
    // One member decides alone, at once.
    REQUIRE(council.run("acme", op::Propose{nordic(), ""}).applied());
    REQUIRE(council.world.get<ProposalRecord>(proposal_key(1))->state == ProposalState::kPassed);
}

// Keys are added with proof of possession, revoked, and kept in the record.
static void keys_of_an_organisation() {
    Council council;
    REQUIRE(council.run("line", council.add_key("line", "line-2", KeyPurpose::kOperate)).applied());
    REQUIRE(council.run_code("line", council.add_key("line", "line-2", KeyPurpose::kOperate)) == "key_exists");
    REQUIRE(council.run_code("line", council.add_key("line", "line-2", KeyPurpose::kAdmin)) == "recorded_otherwise");
    // Signed for another organisation: nobody can take another's key for his own.
    const auto stolen = council.world.transaction("line", {council.add_key("acme", "line-3", KeyPurpose::kOperate)});
    const auto unproven = check_signature(*stolen);
    REQUIRE(unproven);
    REQUIRE(unproven->refusal == Refusal::kBadPossession);
    reached().insert(unproven->refusal);

    const auto by_robot = council.block({council.signed_by("line", "robot", op::RevokeKey{public_of("line-2"), ""})});
    REQUIRE(council.code(by_robot.outcomes[0]) == "admin_key_needed");
    REQUIRE(council.run_code("line", op::RevokeKey{public_of("nobody's"), ""}) == "unknown_key");
    REQUIRE(council.run_code("line", op::RevokeKey{public_of("line"), ""}) == "last_admin_key");
    // A machine may give up its own key.
    const auto given_up = council.block({council.signed_by("line", "robot", op::RevokeKey{public_of("robot"), ""})});
    REQUIRE(given_up.outcomes[0].applied());
    const OrganisationRecord line = council.organisation_now("line");
    REQUIRE(line.find_key(public_of("robot"))->revoked == council.world.height);
    REQUIRE(line.find_key(public_of("robot"))->added == Height(0));
    REQUIRE(council.run_code("line", op::RevokeKey{public_of("robot"), ""}) == "revoked_key");
    for (std::size_t i = line.keys.size(); i < limits::kKeysPerOrgMax; ++i)
        REQUIRE(
            council.run("line", council.add_key("line", "more " + std::to_string(i), KeyPurpose::kAdmin)).applied());
    REQUIRE(council.run_code("line", council.add_key("line", "one more", KeyPurpose::kAdmin)) == "too_many_keys");
}

TEST_CASE("what a block takes away is gone for the transactions after it, and the block stands") {
    Council council;
    const auto before = council.world.transaction("line", {op::RevokeKey{public_of("robot"), "stolen"}});
    const auto after = council.signed_by("line", "robot", op::RevokeKey{public_of("robot"), "late"});
    const BlockEffects effects = council.block({before, after});
    REQUIRE(effects.outcomes[0].applied());
    REQUIRE(council.code(effects.outcomes[1]) == "revoked_key");
    // In the next block it has no place at all.
    const auto late = council.signed_by("line", "robot", op::RevokeKey{public_of("robot"), "later"});
    REQUIRE(execute(council.world.context(), std::vector{late}, council.world.reader()).error().code ==
            "block_revoked_key");
}

TEST_CASE("other parameters end the epoch, and a change of nothing does not") {
    Council council;
    council.pass(change::SetParameters{{{"leader_timeout_ms", 800}, {"retry_ms", 400}}});
    REQUIRE(council.epoch == Epoch(1));
    REQUIRE(council.world.parameters.retry_ms == 400);
    REQUIRE(council.validators().since == council.world.height);
    REQUIRE(council.world.get<ValidatorsRecord>(epoch_key(Epoch(1))) == council.validators());
    council.pass(nordic());
    REQUIRE(council.epoch == Epoch(1));
}

// A validator joins when its node names the block that voted it in.
static void a_validator_that_joins() {
    Council council;
    council.pass(change::AddValidator{{"line", "v4", public_of("v4")}});
    REQUIRE(council.epoch == Epoch(0));
    REQUIRE(council.validators().pending.size() == 1);
    REQUIRE(council.organisation_now("line").keys.back().purpose == KeyPurpose::kValidate);
    const Hash256 voted_in = council.hash_of(council.world.height);

    // Nothing but its readiness, by nobody else, and of the right block.
    const auto other = council.block({council.signed_by("line", "v4", op::RevokeKey{public_of("v4"), ""})});
    REQUIRE(council.code(other.outcomes[0]) == "validator_key_only");
    REQUIRE(council.validators().pending[0].block == voted_in);
    REQUIRE(council.run_code("line", op::ValidatorReady{voted_in}) == "not_voted_in");
    const auto wrong = council.block({council.signed_by("line", "v4", op::ValidatorReady{council.hash_of(Height(1))})});
    REQUIRE(council.code(wrong.outcomes[0]) == "not_synced");

    const auto ready = council.block({council.signed_by("line", "v4", op::ValidatorReady{voted_in})});
    REQUIRE(ready.outcomes[0].applied());
    REQUIRE(council.epoch == Epoch(1));
    REQUIRE(council.validators().validators.size() == 5);
    REQUIRE(council.validators().validators[4].name == "v4");
    REQUIRE(council.validators().pending.empty());
}

TEST_CASE("a validator is replaced in its place, and one that was voted in can be called off") {
    Council council;
    council.pass(change::ReplaceValidator{public_of("v1"), {"line", "v4", public_of("v4")}});
    REQUIRE(council.run_code(
                "acme", op::Propose{change::ReplaceValidator{public_of("v1"), {"line", "v5", public_of("v5")}}, ""}) ==
            "validator_exists");
    const Hash256 voted_in = council.validators().pending[0].block;
    REQUIRE(council.block({council.signed_by("line", "v4", op::ValidatorReady{voted_in})}).outcomes[0].applied());
    REQUIRE(council.validators().validators[1].name == "v4");
    REQUIRE(council.validators().validators.size() == 4);

    council.pass(change::AddValidator{{"line", "v5", public_of("v5")}});
    council.pass(change::RemoveValidator{public_of("v5")});
    REQUIRE(council.validators().pending.empty());
    REQUIRE(council.epoch == Epoch(1));
    REQUIRE_FALSE(council.organisation_now("line").keys.back().in_force(council.world.height));
}

// A change that would leave too few at work is refused, and names who is missing.
static void too_few_at_work() {
    Council council;
    // v0 to v2 lead, v3 does not, for longer than the rule waits.
    for (std::uint32_t i = 0; i < 60; ++i) {
        council.leader = ValidatorIndex(i % 3);
        council.block({});
    }
    const auto refused = council.run("acme", op::Propose{change::RemoveValidator{public_of("v0")}, ""});
    REQUIRE(council.code(refused) == "quorum_would_break");
    REQUIRE(refused.detail.find("v3") != std::string::npos);
    // Without the silent one, three of three are at work.
    council.pass(change::RemoveValidator{public_of("v3")});
    REQUIRE(council.validators().validators.size() == 3);
    REQUIRE(council.epoch == Epoch(1));
    council.leader.reset();
    // And down to one, but no further.
    council.pass(change::RemoveValidator{public_of("v2")});
    council.pass(change::RemoveValidator{public_of("v1")});
    REQUIRE(council.run_code("acme", op::Propose{change::RemoveValidator{public_of("v0")}, ""}) ==
            "quorum_would_break");
}

// There is a bound on validators.
static void too_many_validators() {
    Genesis genesis = council_genesis();
    for (std::size_t i = genesis.validators.size(); i < limits::kValidatorsMax; ++i)
        genesis.validators.push_back({"acme", "w" + std::to_string(i), public_of("w" + std::to_string(i))});
    Council council;
    council.world = World(genesis);
    REQUIRE(council.run_code("acme", op::Propose{change::AddValidator{{"line", "v4", public_of("v4")}}, ""}) ==
            "too_many_validators");
}

TEST_CASE("changes are decoded as they were encoded, and nothing else is") {
    change::Amend amend;
    amend.organisation = "line";
    amend.admin_key = public_of("k");
    amend.council = change::Seat::kTaken;
    const std::vector<Change> changes{nordic(),
                                      amend,
                                      change::Suspend{"line"},
                                      change::Reinstate{"line"},
                                      change::SetParameters{{{"retry_ms", 5}, {"zz", 7}}},
                                      change::AddValidator{{"line", "v4", public_of("v4")}},
                                      change::RemoveValidator{public_of("v4")},
                                      change::ReplaceValidator{public_of("v1"), {"line", "v4", public_of("v4")}}};
    for (const Change& one : changes) {
        const Bytes bytes = encode_change(one);
        const auto decoded = decode_change(bytes);
        REQUIRE(decoded.ok());
        REQUIRE(*decoded == one);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            REQUIRE_FALSE(decode_change(ByteView(bytes).first(size)).ok());
        Bytes longer = bytes;
        longer.push_back(0);
        REQUIRE_FALSE(decode_change(longer).ok());
    }
}

// A proposal that is not well formed does not get past the form.
static void proposals_of_bad_form() {
    Council council;
    const auto code_of = [&](Change change) {
        const std::vector<Operation> operations{op::Propose{std::move(change), ""}};
        const auto parsed = parse(std::make_shared<SignedTransaction>(sign_payload(
                                      build_payload(council.world.head("acme", "acme"), operations), key_of("acme"))),
                                  council.world.parameters);
        REQUIRE_FALSE(parsed.ok());
        reached().insert(parsed.error().refusal);
        return std::string(info(parsed.error().refusal).code);
    };
    change::Admit admit = nordic();
    admit.organisation.keys[0].purpose = KeyPurpose::kOperate;
    REQUIRE(code_of(admit) == "bad_change");  // no admin key
    admit = nordic();
    admit.organisation.id = "Not A Slug";
    REQUIRE(code_of(admit) == "unknown_recipient");
    admit = nordic();
    admit.organisation.prefixes = {"9506000", "0614141"};
    REQUIRE(code_of(admit) == "bad_prefix");
    admit = nordic();
    admit.organisation.keys.push_back(admit.organisation.keys[0]);
    REQUIRE(code_of(admit) == "bad_change");
    REQUIRE(code_of(change::SetParameters{{{"no_such", 1}}}) == "bad_parameter");
    REQUIRE(code_of(change::SetParameters{{{"retry_ms", 1}, {"retry_ms", 2}}}) == "bad_change");
    REQUIRE(code_of(change::SetParameters{}) == "bad_change");
    REQUIRE(code_of(change::AddValidator{{"line", "", public_of("v4")}}) == "bad_text");
}

TEST_CASE("a third against rejects, the proposer withdraws, and time runs out") { closed_proposals(); }
TEST_CASE("who may not propose or vote is refused by name") { strangers_to_the_council(); }
TEST_CASE("a change that can not be carried out is refused when it is proposed") { changes_that_can_not_be(); }
TEST_CASE("somebody is always left on the council") { an_empty_council(); }
TEST_CASE("keys are added with proof of possession, revoked, and kept in the record") { keys_of_an_organisation(); }
TEST_CASE("a validator joins when its node names the block that voted it in") { a_validator_that_joins(); }
TEST_CASE("a change that would leave too few at work is refused, and names who is missing") { too_few_at_work(); }
TEST_CASE("there is a bound on validators") { too_many_validators(); }
TEST_CASE("a proposal that is not well formed does not get past the form") { proposals_of_bad_form(); }

// For the test that every refusal is reached.
void touchstone::ledger::test::governance_refusals() {
    closed_proposals();
    strangers_to_the_council();
    changes_that_can_not_be();
    an_empty_council();
    keys_of_an_organisation();
    a_validator_that_joins();
    too_few_at_work();
    too_many_validators();
    proposals_of_bad_form();
}
