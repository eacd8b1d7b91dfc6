// What a brand says about its products: declare, license, recall. One operation each.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/country_arguments.h"
#include "tools/client/item_file.h"
#include "tools/client/registry_reads.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

namespace {

struct Arguments {
    OperationKind kind = OperationKind::kDeclareProduct;
    std::string gtin;
    std::string party;
    std::string lot;
    std::string text;
    std::string from;
    std::string until;
    std::string facility;
    std::string image;
    std::vector<std::string> documents;
    std::vector<std::string> countries;
    std::string guessable = "warn";
    std::uint64_t quota = 0;
};

Result<ledger::Day> day_of(const std::string& text) {
    if (text.empty()) return ledger::Day{0};
    const auto day = parse_day(text);
    if (!day) return Error{"bad_date", fmt::format("'{}' is no date; write YYYY-MM-DD", text)};
    return *day;
}

Result<Operation> operation_from(const Arguments& arguments) {
    Operation operation;
    operation.kind = arguments.kind;
    TRY_ASSIGN(operation.gtin, ledger::to_gtin14(arguments.gtin));
    operation.party = arguments.party;
    operation.lot = arguments.lot;
    operation.text = arguments.text;
    operation.facility = arguments.facility;
    operation.quota = arguments.quota;
    operation.serial_policy = *ledger::serial_policy_from(arguments.guessable);
    TRY_ASSIGN(operation.from, day_of(arguments.from));
    TRY_ASSIGN(operation.until, day_of(arguments.until));
    TRY_ASSIGN(operation.countries, countries_from(arguments.countries));
    if (!arguments.image.empty()) {
        TRY_ASSIGN(operation.image, file_digest(arguments.image));
    }
    for (const std::string& document : arguments.documents) {
        TRY_ASSIGN(const Hash256 digest, file_digest(document));
        operation.documents.push_back(digest);
    }
    return operation;
}

int run(const Arguments& arguments, const GlobalOptions& options) {
    const auto operation = operation_from(arguments);
    return operation.ok() ? run_single(*operation, options) : fail(options, operation.error());
}

std::shared_ptr<Arguments> add_operation(CLI::App* sub, GlobalOptions& options, OperationKind kind,
                                         const char* example) {
    auto arguments = std::make_shared<Arguments>();
    arguments->kind = kind;
    sub->footer(fmt::format("Example: {}\n{}", example, kExitStatusHelp));
    sub->add_option("gtin", arguments->gtin, "GTIN of the product (8, 12, 13 or 14 digits)")->required();
    sub->callback([&options, arguments] { options.exit_status = run(*arguments, options); });
    return arguments;
}

void add_recall(CLI::App& app, GlobalOptions& options) {
    CLI::App* recall =
        app.add_subcommand("recall", "Recall a lot or a whole product: every look-up tells it from then on");
    auto arguments = add_operation(recall, options, OperationKind::kRecall,
                                   "touchstone recall 09506000134352 --lot A1 --reason 'wrong label'");
    recall->add_option("--lot", arguments->lot, "The lot; without it, every lot of the product");
    recall->add_option("--reason", arguments->text, "Why, for the public")->required();
    recall->add_option("--country", arguments->countries, "Only there, ISO 3166-1 alpha-2; may be repeated")
        ->allow_extra_args(false);

    CLI::App* lift = app.add_subcommand("lift-recall", "End a recall; that it was stays in the history");
    arguments =
        add_operation(lift, options, OperationKind::kLiftRecall, "touchstone lift-recall 09506000134352 --lot A1");
    lift->add_option("--lot", arguments->lot, "The lot; without it, the recall of the whole product");
    lift->add_option("--reason", arguments->text, "Why, for the public");
}

}  // namespace

void add_brand_commands(CLI::App& app, GlobalOptions& options) {
    CLI::App* product = app.add_subcommand("product", "Products of brands");
    product->require_subcommand(1);
    CLI::App* declare = product->add_subcommand("declare", "Declare a product of yours");
    auto arguments = add_operation(declare, options, OperationKind::kDeclareProduct,
                                   "touchstone product declare 9506000134352 --name 'Day cream' --image front.jpg");
    declare->add_option("--name", arguments->text, "Name of the product")->required();
    declare->add_option("--image", arguments->image, "Image file, of which the ledger keeps the digest");
    declare->add_option("--document", arguments->documents, "Document file, likewise; may be repeated")
        ->allow_extra_args(false);
    declare
        ->add_option("--guessable-serials", arguments->guessable,
                     "What registrants' programs do with serials that can be guessed: warn or refuse")
        ->check(CLI::IsMember({"warn", "refuse"}));
    add_product_reads(*product, options);

    CLI::App* licence = app.add_subcommand("licence", "Licences of manufacturers to register for a brand");
    licence->require_subcommand(1);
    CLI::App* grant = licence->add_subcommand("grant", "Let a manufacturer register so many items and not one more");
    arguments = add_operation(grant, options, OperationKind::kGrantLicence,
                              "touchstone licence grant 09506000134352 maker --quota 50000 --until 2026-12-31");
    grant->add_option("manufacturer", arguments->party, "Id of the manufacturer")->required();
    grant->add_option("--quota", arguments->quota, "Items in all; what was used stays counted")->required();
    grant->add_option("--from", arguments->from, "First day YYYY-MM-DD");
    grant->add_option("--until", arguments->until, "Last day YYYY-MM-DD");
    grant->add_option("--facility", arguments->facility, "GLN of the only facility that may");
    CLI::App* revoke = licence->add_subcommand("revoke", "End a licence");
    arguments = add_operation(revoke, options, OperationKind::kRevokeLicence,
                              "touchstone licence revoke 09506000134352 maker --reason 'contract ended'");
    revoke->add_option("manufacturer", arguments->party, "Id of the manufacturer")->required();
    revoke->add_option("--reason", arguments->text, "Why, for the record");
    add_licence_reads(*licence, options);

    add_recall(app, options);
}

}  // namespace touchstone::tools
