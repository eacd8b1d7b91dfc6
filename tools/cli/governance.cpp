// propose …, vote, proposals, validators: what the council decides.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "crypto/key_file.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/registry_reads.h"
#include "tools/client/single_operation.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;
namespace change = ledger::change;

namespace {

struct Arguments {
    std::string id;
    std::string name;
    std::vector<std::string> roles;
    std::string gln;
    std::string country;
    bool council = false;
    bool no_council = false;
    std::vector<std::string> admin_keys;
    std::vector<std::string> operate_keys;
    std::vector<std::string> prefixes;
    std::vector<std::string> parameters;
    std::string key;
    std::string replaced;
    std::string organisation;
    std::string reason;
    std::uint64_t proposal = 0;
    bool against = false;
    std::string state;
    std::string gtin;
};
using ArgumentsPtr = std::shared_ptr<Arguments>;
using MakeChange = Result<ledger::Change> (*)(const Arguments&);

Result<crypto::PublicKey> key_named(const std::string& text) {
    if (const auto key = crypto::PublicKey::from_hex(text)) return *key;
    auto key = crypto::read_key_file_public(text);
    if (key.ok()) return *key;
    return Error{"bad_key", fmt::format("'{}' is neither a public key (64 hexadecimal digits) nor a key file", text)};
}

Result<std::uint16_t> roles_from(const std::vector<std::string>& names) {
    std::uint16_t roles = 0;
    for (const std::string& name : names) {
        const auto role = ledger::role_from(name);
        if (!role)
            return Error{"usage", fmt::format("there is no role '{}'; there are brand, manufacturer, logistics, "
                                              "retailer, platform, regulator and auditor",
                                              name)};
        roles = static_cast<std::uint16_t>(roles | (1u << static_cast<int>(*role)));
    }
    return roles;
}

Result<std::vector<ledger::OrganisationKey>> keys_from(const Arguments& arguments) {
    std::vector<ledger::OrganisationKey> keys;
    for (const auto& [list, purpose] : {std::pair{&arguments.admin_keys, ledger::KeyPurpose::kAdmin},
                                        std::pair{&arguments.operate_keys, ledger::KeyPurpose::kOperate}}) {
        for (const std::string& one : *list) {
            TRY_ASSIGN(const crypto::PublicKey key, key_named(one));
            keys.push_back({key, purpose, Height(0), Height(0)});
        }
    }
    return keys;
}

Result<ledger::Change> admission(const Arguments& arguments) {
    change::Admit admit;
    admit.organisation.id = arguments.id;
    admit.organisation.name = arguments.name;
    TRY_ASSIGN(admit.organisation.roles, roles_from(arguments.roles));
    admit.organisation.gln = arguments.gln;
    admit.organisation.country = arguments.country;
    admit.organisation.council = arguments.council;
    admit.organisation.prefixes = arguments.prefixes;
    std::sort(admit.organisation.prefixes.begin(), admit.organisation.prefixes.end());
    TRY_ASSIGN(admit.organisation.keys, keys_from(arguments));
    return ledger::Change(std::move(admit));
}

Result<ledger::Change> amendment(const Arguments& arguments) {
    change::Amend amend;
    amend.organisation = arguments.id;
    amend.name = arguments.name;
    TRY_ASSIGN(amend.roles, roles_from(arguments.roles));
    amend.gln = arguments.gln;
    amend.country = arguments.country;
    if (arguments.council && arguments.no_council) return Error{"usage", "--council or --no-council, not both"};
    if (arguments.council) amend.council = change::Seat::kGiven;
    if (arguments.no_council) amend.council = change::Seat::kTaken;
    if (arguments.admin_keys.size() > 1) return Error{"usage", "one --admin-key in one proposal"};
    if (!arguments.admin_keys.empty()) {
        TRY_ASSIGN(amend.admin_key, key_named(arguments.admin_keys[0]));
    }
    return ledger::Change(std::move(amend));
}

Result<ledger::Change> suspension(const Arguments& arguments) { return ledger::Change(change::Suspend{arguments.id}); }
Result<ledger::Change> reinstatement(const Arguments& arguments) {
    return ledger::Change(change::Reinstate{arguments.id});
}

Result<ledger::Change> parameters_change(const Arguments& arguments) {
    change::SetParameters set;
    for (const std::string& one : arguments.parameters) {
        const auto equals = one.find('=');
        std::uint64_t value = 0;
        const char* const begin = one.data() + (equals == std::string::npos ? one.size() : equals + 1);
        const auto [end, fault] = std::from_chars(begin, one.data() + one.size(), value);
        if (equals == std::string::npos || fault != std::errc{} || end != one.data() + one.size())
            return Error{"usage", fmt::format("'{}' is not NAME=NUMBER, for example retry_ms=400", one)};
        set.values.push_back({one.substr(0, equals), value});
    }
    std::sort(set.values.begin(), set.values.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return ledger::Change(std::move(set));
}

Result<ledger::GenesisValidator> validator_from(const Arguments& arguments) {
    TRY_ASSIGN(const crypto::PublicKey key, key_named(arguments.key));
    return ledger::GenesisValidator{arguments.organisation, arguments.name, key};
}

Result<ledger::Change> validator_addition(const Arguments& arguments) {
    TRY_ASSIGN(ledger::GenesisValidator validator, validator_from(arguments));
    return ledger::Change(change::AddValidator{std::move(validator)});
}
Result<ledger::Change> validator_removal(const Arguments& arguments) {
    TRY_ASSIGN(const crypto::PublicKey key, key_named(arguments.key));
    return ledger::Change(change::RemoveValidator{key});
}
Result<ledger::Change> validator_replacement(const Arguments& arguments) {
    TRY_ASSIGN(const crypto::PublicKey key, key_named(arguments.replaced));
    TRY_ASSIGN(ledger::GenesisValidator by, validator_from(arguments));
    return ledger::Change(change::ReplaceValidator{key, std::move(by)});
}

Result<ledger::Change> key_replacement(const Arguments& arguments) {
    TRY_ASSIGN(std::vector<ledger::OrganisationKey> keys, keys_from(arguments));
    return ledger::Change(change::ReplaceKeys{arguments.id, std::move(keys)});
}

Result<ledger::Change> prefixes_change(const Arguments& arguments) {
    std::vector<std::string> prefixes = arguments.prefixes;
    std::sort(prefixes.begin(), prefixes.end());
    return ledger::Change(change::SetPrefixes{arguments.id, std::move(prefixes)});
}

Result<ledger::Change> product_reassignment(const Arguments& arguments) {
    TRY_ASSIGN(std::string gtin, ledger::to_gtin14(arguments.gtin));
    return ledger::Change(change::ReassignProduct{std::move(gtin), arguments.organisation});
}

// Which number the proposal got: the newest one of this organisation. Only to be told; nothing rests on it.
std::optional<json> own_proposal(const GlobalOptions& options, const TransactionAnswer& answer) {
    auto client = connect(options);
    if (!client.ok()) return std::nullopt;
    for (const char* state : {"open", "waiting", "passed"}) {
        const auto listed = client->call("proposal_list", {{"state", state}, {"limit", 1000}});
        if (!listed.ok()) return std::nullopt;
        const json proposals = listed->value("proposals", json::array());
        for (auto at = proposals.rbegin(); at != proposals.rend(); ++at) {
            const json votes = at->value("votes", json::array());
            if (at->value("proposer", "") == options.organisation && !votes.empty() &&
                votes[0].value("height", std::uint64_t{0}) == answer.height)
                return *at;
        }
    }
    return std::nullopt;
}

int run_propose(const Arguments& arguments, const GlobalOptions& options, MakeChange make) {
    auto made = make(arguments);
    if (!made.ok()) return fail(options, made.error());
    return run_single(ledger::op::Propose{*std::move(made), arguments.reason}, options, [&](const TransactionAnswer& answer, AnswerNotes notes) {
        const auto proposal = answer.final ? own_proposal(options, answer) : std::nullopt;
        if (!proposal) return;
        notes.object["proposal"] = *proposal;
        const std::uint64_t number = proposal->value("number", std::uint64_t{0});
        notes.text += proposal->value("state", "") == "passed"
                          ? fmt::format("  proposal {} passed: you alone are the council\n", number)
                          : fmt::format("  proposal {}: the other council members see it with\n    touchstone proposals {}\n  and vote "
                                        "with\n    touchstone vote {}\n",
                                        number, number, number);
    });
}

int run_vote(const Arguments& arguments, const GlobalOptions& options) {
    const ledger::Operation vote =
        ledger::op::VoteOnProposal{arguments.proposal, !arguments.against, arguments.reason};
    return run_single(vote, options, [&](const TransactionAnswer&, AnswerNotes notes) {
        auto client = connect(options);
        if (!client.ok()) return;
        const auto answer = client->call("proposal_get", {{"number", arguments.proposal}});
        if (!answer.ok()) return;
        const json proposal = answer->value("proposal", json::object());
        notes.object["proposal"] = proposal;
        notes.text += fmt::format("  proposal {} is {}\n", arguments.proposal, proposal.value("state", "?"));
    });
}

std::string subject_of(const json& what) {
    const std::string kind = what.value("kind", "");
    if (kind == "set_parameters") return what.value("parameters", json::object()).dump();
    if (kind == "reassign_product") return fmt::format("{} to {}", what.value("gtin", ""), what.value("to", ""));
    if (kind == "remove_validator") return what.value("key", "").substr(0, 16);
    if (kind == "add_validator" || kind == "replace_validator")
        return fmt::format("{} of {}", what.value("name", ""), what.value("organisation", ""));
    return what.value("organisation", "");
}

int run_proposals(const Arguments& arguments, const GlobalOptions& options) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    json params{{"limit", 1000}};
    if (!arguments.state.empty()) params["state"] = arguments.state;
    const auto answer = client->call("proposal_list", params);
    if (!answer.ok()) return fail(options, answer.error());
    Table table;
    table.row({"number", "state", "by", "change", "of", "for", "against"});
    const json proposals = answer->value("proposals", json::array());
    for (const json& one : proposals) {
        const json votes = one.value("votes", json::array());
        const auto in_favour =
            std::count_if(votes.begin(), votes.end(), [](const json& vote) { return vote.value("approve", false); });
        const json what = one.value("change", json::object());
        table.row({std::to_string(one.value("number", 0)), one.value("state", ""), one.value("proposer", ""),
                   what.value("kind", ""), subject_of(what), std::to_string(in_favour),
                   std::to_string(static_cast<std::ptrdiff_t>(votes.size()) - in_favour)});
    }
    return finish(options, {{"ok", true}, {"proposals", proposals}},
                  proposals.empty() ? "there are no such proposals\n" : table.text());
}

// Everything that is voted on: nobody should approve keys and roles that he has not seen.
int run_proposal(const Arguments& arguments, const GlobalOptions& options) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto answer = client->call("proposal_get", {{"number", arguments.proposal}});
    if (!answer.ok()) return fail(options, answer.error());
    const json one = answer->value("proposal", json::object());
    const auto text_of = [](const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
    const auto when = [&](const char* member) {
        const json ms = one.value(member, json());
        return ms.is_number_unsigned() ? ledger::time_text(WallTime{ms.get<std::uint64_t>()}) : std::string("-");
    };
    Table table;
    table.row({"proposal", std::to_string(arguments.proposal)});
    table.row({"state", one.value("state", "")});
    table.row({"by", one.value("proposer", "")});
    table.row({"reason", one.value("reason", "")});
    table.row({"opened", when("opened_at_ms")});
    table.row({"decided until", when("deadline_ms")});
    table.row({"waits until", when("due_ms")});
    const json change = one.value("change", json::object());
    for (const auto& [name, value] : change.items())
        if (!value.is_null()) table.row({"change: " + name, text_of(value)});
    const json votes = one.value("votes", json::array());
    for (const json& vote : votes) {
        const std::string reason = vote.value("reason", "");
        table.row({"vote of " + vote.value("organisation", ""),
                   (vote.value("approve", false) ? "for" : "against") + (reason.empty() ? "" : ": " + reason)});
    }
    return finish(options, {{"ok", true}, {"proposal", one}}, table.text());
}

int run_validators(const GlobalOptions& options) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto answer = client->call("chain_validators", json::object());
    if (!answer.ok()) return fail(options, answer.error());
    Table table;
    table.row({"name", "organisation", "state", "led a block at", "key"});
    for (const json& one : answer->value("validators", json::array())) {
        const json proposed = one.value("proposed", json());
        table.row({one.value("name", ""), one.value("organisation", ""), "validates",
                   proposed.is_number() ? proposed.dump() : "-", one.value("key", "")});
    }
    for (const json& one : answer->value("pending", json::array()))
        table.row({one.value("name", ""), one.value("organisation", ""), "voted in, not synced yet", "-",
                   one.value("key", "")});
    return finish(
        options, {{"ok", true}, {"result", *answer}},
        fmt::format("epoch {}: {} votes of {} decide\n{}", answer->value("epoch", 0), answer->value("quorum", 0),
                    answer->value("validators", json::array()).size(), table.text()));
}

CLI::App* add_proposal(CLI::App& propose, GlobalOptions& options, const char* name, const char* summary,
                       const char* example, MakeChange make, const ArgumentsPtr& arguments) {
    CLI::App* sub = add_read(propose, name, summary, example);
    sub->add_option("--reason", arguments->reason, "Why, for all members");
    sub->callback([&options, arguments, make] { options.exit_status = run_propose(*arguments, options, make); });
    return sub;
}

void add_organisation_fields(CLI::App& sub, Arguments& arguments) {
    sub.add_option("id", arguments.id, "Id of the organisation")->required();
    sub.add_option("--name", arguments.name, "Display name");
    sub.add_option("--role", arguments.roles,
                   "brand, manufacturer, logistics, retailer, platform, regulator or auditor; again for more");
    sub.add_option("--gln", arguments.gln, "GS1 Global Location Number");
    sub.add_option("--country", arguments.country, "ISO 3166-1 alpha-2");
    sub.add_flag("--council", arguments.council, "With a seat on the council");
    sub.add_option("--admin-key", arguments.admin_keys, "Public key or key file; may manage the others");
}

void add_validator_fields(CLI::App& sub, Arguments& arguments) {
    sub.add_option("key", arguments.key, "Public key of the node (touchstone init prints it), or its key file")
        ->required();
    sub.add_option("--of", arguments.organisation, "Organisation that runs it")->required();
    sub.add_option("--name", arguments.name, "Name of the validator")->required();
}

void add_organisation_proposals(CLI::App& propose, GlobalOptions& options) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_proposal(propose, options, "admit-organisation", "A new member",
                                 "touchstone propose admit-organisation nordic --name 'Nordic Post' --role logistics "
                                 "--country SE --admin-key 5f0c…",
                                 admission, arguments);
    add_organisation_fields(*sub, *arguments);
    sub->add_option("--operate-key", arguments->operate_keys, "Public key or key file, for daily work");
    sub->add_option("--prefix", arguments->prefixes, "GS1 company prefix, whose GTINs it may declare; again for more");

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "amend-organisation",
                       "Other roles, name, seat, or an admin key for one that lost its own; the rest stays",
                       "touchstone propose amend-organisation nordic --role logistics --role retailer", amendment,
                       arguments);
    add_organisation_fields(*sub, *arguments);
    sub->add_flag("--no-council", arguments->no_council, "Without a seat on the council");

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "suspend", "Take an organisation's right to act",
                       "touchstone propose suspend nordic --reason 'forged receipts'", suspension, arguments);
    sub->add_option("id", arguments->id, "Id of the organisation")->required();

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "reinstate", "Give it back", "touchstone propose reinstate nordic",
                       reinstatement, arguments);
    sub->add_option("id", arguments->id, "Id of the organisation")->required();

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "replace-keys",
                       "The answer to a stolen admin key: revokes all keys of an organisation, and puts these in force",
                       "touchstone propose replace-keys nordic --admin-key new-admin.key --reason 'key stolen'",
                       key_replacement, arguments);
    sub->add_option("id", arguments->id, "Id of the organisation")->required();
    sub->add_option("--admin-key", arguments->admin_keys, "Public key or key file; may manage the others")->required();
    sub->add_option("--operate-key", arguments->operate_keys, "Public key or key file, for daily work");

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "set-prefixes", "The GS1 company prefixes of an organisation, all of them",
                       "touchstone propose set-prefixes nordic --prefix 735005538 --prefix 731234", prefixes_change,
                       arguments);
    sub->add_option("id", arguments->id, "Id of the organisation")->required();
    sub->add_option("--prefix", arguments->prefixes, "GS1 company prefix; again for more, none takes all away");

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "reassign-product", "Decide a dispute about a GTIN: another brand gets the product",
                       "touchstone propose reassign-product 09506000134352 --to nordic --reason 'court order 17'",
                       product_reassignment, arguments);
    sub->add_option("gtin", arguments->gtin, "The product's GTIN")->required();
    sub->add_option("--to", arguments->organisation, "The brand that shall have it")->required();
}

void add_chain_proposals(CLI::App& propose, GlobalOptions& options) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_proposal(propose, options, "set-parameters", "Other parameters (docs/operations.md lists them)",
                                 "touchstone propose set-parameters retry_ms=400 leader_timeout_ms=800",
                                 parameters_change, arguments);
    sub->add_option("values", arguments->parameters, "NAME=NUMBER, one or more")->required();

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "add-validator", "Another validator, once its node is synced",
                       "touchstone propose add-validator 5f0c… --of nordic --name nordic-1", validator_addition,
                       arguments);
    add_validator_fields(*sub, *arguments);

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "remove-validator", "One validator less",
                       "touchstone propose remove-validator 5f0c…", validator_removal, arguments);
    sub->add_option("key", arguments->key, "Public key of the node (touchstone validators), or its key file")
        ->required();

    arguments = std::make_shared<Arguments>();
    sub = add_proposal(propose, options, "replace-validator", "Another node in a validator's place, in one step",
                       "touchstone propose replace-validator 5f0c… --by 77aa… --of nordic --name nordic-2",
                       validator_replacement, arguments);
    sub->add_option("replaced", arguments->replaced, "Public key of the validator that goes")->required();
    sub->add_option("--by", arguments->key, "Public key of the node that comes, or its key file")->required();
    sub->add_option("--of", arguments->organisation, "Organisation that runs it")->required();
    sub->add_option("--name", arguments->name, "Name of the new validator")->required();
}

}  // namespace

void add_governance_commands(CLI::App& app, GlobalOptions& options) {
    CLI::App* propose =
        app.add_subcommand("propose", "Propose a change to the council; needs an admin key of a member");
    propose->require_subcommand(1);
    add_organisation_proposals(*propose, options);
    add_chain_proposals(*propose, options);

    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(app, "vote", "Vote on a proposal; more than two thirds of the council carry it out",
                             "touchstone vote 3 --org bazaar --key admin.key");
    sub->add_option("proposal", arguments->proposal, "Its number (touchstone proposals)")->required();
    sub->add_flag("--against", arguments->against, "Against it; without this, for it");
    sub->add_option("--reason", arguments->reason, "Why, for all members");
    sub->callback([&options, arguments] { options.exit_status = run_vote(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(app, "proposals", "What the council was asked; all of one by its number", "touchstone proposals 3");
    sub->add_option("--state", arguments->state, "Only open, waiting, passed, rejected, withdrawn, vetoed or expired ones");
    sub->add_option("number", arguments->proposal, "All of this one: what it would change, who voted how");
    sub->callback([&options, arguments] {
        options.exit_status =
            arguments->proposal != 0 ? run_proposal(*arguments, options) : run_proposals(*arguments, options);
    });

    add_read(app, "validators", "Who validates, and who was voted in", "touchstone validators")->callback([&options] {
        options.exit_status = run_validators(options);
    });
}

}  // namespace touchstone::tools
