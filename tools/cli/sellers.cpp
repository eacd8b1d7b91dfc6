// Shops under pseudonyms: register one, set its standing, see what every platform says of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/cli/commands.h"
#include "tools/client/country_arguments.h"
#include "tools/proof/epochs.h"
#include "tools/client/registry_reads.h"
#include "tools/client/seller_pseudonym.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::string pseudonym;
    std::string country;
    std::string registration;
    std::string standing;
    std::string reason;
};

// The registration number is hashed here, and never sent.
Result<Hash256> pseudonym_from(const Arguments& arguments) {
    if (arguments.pseudonym.empty() == arguments.registration.empty())
        return Error{"usage", "name the shop: by its pseudonym, or by --country and --registration (not both)"};
    if (arguments.pseudonym.empty()) return seller_pseudonym(arguments.country, arguments.registration);
    const auto pseudonym = Hash256::from_hex(arguments.pseudonym);
    if (!pseudonym || pseudonym->is_zero())
        return Error{"bad_seller", fmt::format("'{}' is no pseudonym of 64 hexadecimal digits", arguments.pseudonym)};
    return *pseudonym;
}

void add_shop(CLI::App* sub, Arguments& arguments) {
    sub->add_option("pseudonym", arguments.pseudonym, "Pseudonym of the shop, 64 hexadecimal digits");
    sub->add_option("--country", arguments.country, "Country of its business registration, ISO 3166-1 alpha-2");
    sub->add_option("--registration", arguments.registration, "Its registration number; it stays on this machine");
}

int send(const Hash256& pseudonym, const ledger::Operation& operation, const GlobalOptions& options) {
    return run_single(operation, options, [&](const TransactionAnswer&, AnswerNotes notes) {
        notes.object["pseudonym"] = pseudonym.hex();
        notes.text += fmt::format("  pseudonym {}\n", pseudonym.hex());
    });
}

int run_register(const Arguments& arguments, const GlobalOptions& options) {
    const auto countries = countries_from({arguments.country});
    if (!countries.ok()) return fail(options, countries.error());
    const auto pseudonym = pseudonym_from(arguments);
    if (!pseudonym.ok()) return fail(options, pseudonym.error());
    return send(*pseudonym, ledger::op::RegisterSeller{*pseudonym, countries.value().front()}, options);
}

int run_standing(const Arguments& arguments, const GlobalOptions& options) {
    const auto pseudonym = pseudonym_from(arguments);
    if (!pseudonym.ok()) return fail(options, pseudonym.error());
    const auto standing = ledger::seller_standing_from(arguments.standing);
    return send(
        *pseudonym,
        ledger::op::SetSellerStanding{*pseudonym, standing.value_or(ledger::SellerStanding::kWarned), arguments.reason},
        options);
}

struct ProvenSeller {
    std::optional<ledger::SellerRecord> seller;
    std::uint64_t height = 0;
};

Result<ProvenSeller> ask(const Hash256& pseudonym, const GlobalOptions& options) {
    const json params{{"pseudonym", pseudonym.hex()}};
    TRY_ASSIGN(const ProvenRecord proven, ask_proven(options, {"seller_get", params, ledger::seller_key(pseudonym)}));
    ProvenSeller made{std::nullopt, proven.signed_header.header.height.value};
    if (proven.record) {
        TRY_ASSIGN(made.seller, ledger::SellerRecord::decode(*proven.record));
    }
    return made;
}

int run_show(const Arguments& arguments, const GlobalOptions& options) {
    const auto pseudonym = pseudonym_from(arguments);
    if (!pseudonym.ok()) return fail(options, pseudonym.error());
    const auto proven = ask(*pseudonym, options);
    if (!proven.ok()) return fail(options, proven.error());
    json out{{"ok", true},
             {"proven", true},
             {"height", proven->height},
             {"pseudonym", pseudonym->hex()},
             {"registered", proven->seller.has_value()},
             {"entries", json::array()}};
    std::string text = fmt::format("shop {}\n", pseudonym->hex());
    if (!proven->seller) text += "  not registered with any platform\n";
    if (proven->seller) {
        for (const ledger::SellerEntry& entry : proven->seller->entries) {
            out["entries"].push_back({{"platform", entry.platform},
                                      {"country", entry.country},
                                      {"standing", ledger::name_of(entry.standing)},
                                      {"reason", entry.reason},
                                      {"since_ms", entry.since.ms}});
            text += fmt::format("  {}, registered in {}: {}{}\n", entry.platform, entry.country,
                                ledger::name_of(entry.standing), entry.reason.empty() ? "" : ": " + entry.reason);
        }
        for (const ledger::SellerAttestation& one : proven->seller->attestations)
            text += fmt::format("  attested by {}{}\n", one.organisation, one.reason.empty() ? "" : ": " + one.reason);
    }
    return finish(options, out, text + fmt::format("proven for block {}\n", proven->height));
}

}  // namespace

void add_seller_commands(CLI::App& app, GlobalOptions& options) {
    CLI::App* seller = app.add_subcommand("seller", "Shops on platforms, under pseudonyms");
    seller->require_subcommand(1);

    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(*seller, "register", "Let a shop sell on your platform",
                             "touchstone seller register --country FR --registration 732829320");
    add_shop(sub, *arguments);
    sub->callback([&options, arguments] { options.exit_status = run_register(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(*seller, "standing", "Warn, suspend or close a shop on your platform, or let it sell again",
                   "touchstone seller standing --country FR --registration 732829320 --standing closed "
                   "--reason 'sold fakes'");
    add_shop(sub, *arguments);
    sub->add_option("--standing", arguments->standing, "Its new standing")
        ->check(CLI::IsMember({"active", "warned", "suspended", "closed"}))
        ->required();
    sub->add_option("--reason", arguments->reason, "Why, for all members")->required();
    sub->callback([&options, arguments] { options.exit_status = run_standing(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(*seller, "show", "What every platform says of a shop, proven",
                   "touchstone seller show --country FR --registration 732829320 --trust genesis.json");
    add_shop(sub, *arguments);
    sub->callback([&options, arguments] { options.exit_status = run_show(*arguments, options); });
}

}  // namespace touchstone::tools
