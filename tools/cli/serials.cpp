// serials new: unguessable serials for a product, as CSV, with links and QR codes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/private_file.h"
#include "tools/client/qr_image.h"
#include "tools/client/serials.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

constexpr std::size_t kQrImagesMax = 100'000;
constexpr double kGuessesWanted = 1e9;

struct Arguments {
    std::string gtin;
    std::size_t count = 1;
    std::size_t length = kSerialLengthMin;
    std::string file;
    std::string domain = "https://id.gs1.org";
    std::string lot;
    std::string expiry;
    std::string qr_dir;
    std::string qr_format = "png";
};

std::string link_of(const std::string& gtin, const std::string& serial, const std::string& domain) {
    return ledger::digital_link(gtin, serial, domain);
}

Status write_images(const Arguments& arguments, const std::string& gtin, const std::vector<std::string>& serials) {
    if (serials.size() > kQrImagesMax)
        return Error{"too_many_images",
                     fmt::format("{} image files in one folder are too many (at most {}): make the "
                                 "serials in several runs, or let the printer draw the codes from the "
                                 "column uri",
                                 serials.size(), kQrImagesMax)};
    std::error_code code;
    std::filesystem::create_directories(arguments.qr_dir, code);
    if (code)
        return Error{"file_unwritable", fmt::format("cannot make the folder {}: {}", arguments.qr_dir, code.message())};
    std::filesystem::permissions(arguments.qr_dir, std::filesystem::perms::owner_all, code);
    Progress progress("QR codes", serials.size());
    for (std::size_t i = 0; i < serials.size(); ++i) {
        TRY_ASSIGN(const QrMatrix matrix, encode_qr(link_of(gtin, serials[i], arguments.domain)));
        const std::string path = fmt::format("{}/{}.{}", arguments.qr_dir, serials[i], arguments.qr_format);
        if (arguments.qr_format == "svg")
            TRY(write_private(path, qr_svg(matrix)));
        else
            TRY(write_private(path, as_text(qr_png(matrix))));
        progress.update(i + 1);
    }
    return Ok{};
}

std::string csv_of(const Arguments& arguments, const std::string& gtin, const std::vector<std::string>& serials) {
    const bool lot = !arguments.lot.empty(), expiry = !arguments.expiry.empty();
    std::string csv = fmt::format("serial,gtin,uri{}{}\n", lot ? ",lot" : "", expiry ? ",expiry" : "");
    for (const std::string& serial : serials)
        csv += fmt::format("{},{},{}{}{}\n", serial, gtin, link_of(gtin, serial, arguments.domain),
                           lot ? ",\"" + arguments.lot + "\"" : "", expiry ? "," + arguments.expiry : "");
    return csv;
}

Result<std::string> checked_gtin(const Arguments& arguments) {
    TRY_ASSIGN(std::string gtin, ledger::to_gtin14(arguments.gtin));
    if (!arguments.lot.empty() && (!ledger::is_lot(arguments.lot) || arguments.lot.find('"') != std::string::npos))
        return Error{"bad_lot", fmt::format("'{}' is no lot: 1 to 20 characters of the GS1 set", arguments.lot)};
    if (!arguments.qr_dir.empty() && arguments.count > kQrImagesMax)
        return Error{"too_many_images", fmt::format("at most {} images in one run", kQrImagesMax)};
    return gtin;
}

int run(const Arguments& arguments, const GlobalOptions& options) {
    const auto gtin = checked_gtin(arguments);
    if (!gtin.ok()) return fail(options, gtin.error());
    Progress progress("serials", arguments.count);
    const auto serials =
        make_serials(arguments.count, arguments.length, [&](std::size_t done) { progress.update(done); });
    if (!serials.ok()) return fail(options, serials.error());
    const double guesses = guesses_per_hit(arguments.count, arguments.length);
    if (guesses < kGuessesWanted)
        std::cerr << fmt::format("touchstone: warning: one guess in {:.0f} hits a serial; use a greater --length\n",
                                 guesses);
    const std::string csv = csv_of(arguments, *gtin, *serials);
    if (!arguments.file.empty())
        if (const Status status = write_private(arguments.file, csv); !status.ok())
            return fail(options, status.error());
    if (!arguments.qr_dir.empty())
        if (const Status status = write_images(arguments, *gtin, *serials); !status.ok())
            return fail(options, status.error());
    json out{{"ok", true},
             {"gtin", *gtin},
             {"count", serials->size()},
             {"length", arguments.length},
             {"guesses_per_hit", guesses}};
    if (arguments.file.empty()) {
        out["serials"] = *serials;
        return finish(options, out, csv);
    }
    out["file"] = arguments.file;
    return finish(options, out,
                  fmt::format("{} serials of {} in {} (readable by you alone)\nNext: touchstone register --file {}\n",
                              serials->size(), *gtin, arguments.file, arguments.file));
}

}  // namespace

void add_serials_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* serials = app.add_subcommand("serials", "Serial numbers for products");
    serials->require_subcommand(1);
    CLI::App* sub = serials->add_subcommand("new", "Unguessable serials with Digital Links and QR codes");
    sub->footer(
        fmt::format("Example: touchstone serials new --gtin 09506000134352 --count 10000 --file serials.csv\n\n"
                    "The file is the only place where the serials stand: the ledger keeps their digests.\n{}",
                    kExitStatusHelp));
    const auto arguments = std::make_shared<Arguments>();
    sub->add_option("--gtin", arguments->gtin, "GTIN of the product")->required();
    sub->add_option("--count", arguments->count, "How many")->required();
    sub->add_option("--length", arguments->length, "Characters in a serial, 12 to 20");
    sub->add_option("-f,--file", arguments->file, "CSV file to write, mode 0600; else to stdout");
    sub->add_option("--domain", arguments->domain, "Domain of the Digital Links");
    sub->add_option("--lot", arguments->lot, "Lot, as a column for touchstone register");
    sub->add_option("--expiry", arguments->expiry, "Expiry date YYYY-MM-DD, as a column");
    sub->add_option("--qr-dir", arguments->qr_dir, "Folder for one QR code per serial");
    sub->add_option("--qr-format", arguments->qr_format, "png or svg")->check(CLI::IsMember({"png", "svg"}));
    sub->callback([&options, arguments] { options.exit_status = run(*arguments, options); });
}

}  // namespace touchstone::tools
