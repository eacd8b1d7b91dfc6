// The built program, as people and scripts meet it: what it prints, where, and how it ends. No node is needed.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/cli/operation_form.h"

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// A folder of its own that goes with the test.
struct Folder {
    fs::path path;
    Folder() {
        std::string name = (fs::temp_directory_path() / "touchstone-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    std::string file(const std::string& name) const { return (path / name).string(); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        return file(name);
    }
};

struct Run {
    int status = -1;
    std::string out;
};

// stderr is left out: what scripts read is stdout.
Run run(const std::string& arguments, const std::string& before = {}) {
    // Port 9 (discard) answers nobody.
    const std::string command =
        before +
        "env -u TOUCHSTONE_TRUST -u TOUCHSTONE_ORG -u TOUCHSTONE_KEY TOUCHSTONE_PASSPHRASE=secret "
        "TOUCHSTONE_RPC=http://127.0.0.1:9 " TOUCHSTONE_PROGRAM " " +
        arguments + (before.empty() ? " 2>/dev/null </dev/null" : " </dev/null");
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Run result;
    char buffer[4096];
    while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) result.out.append(buffer, size);
    result.status = WEXITSTATUS(::pclose(pipe));
    return result;
}

// With --json there is exactly one object on stdout.
json one_object(const Run& result) {
    json parsed = json::parse(result.out, nullptr, false);
    INFO(result.out);
    REQUIRE(parsed.is_object());
    REQUIRE(std::count(result.out.begin(), result.out.end(), '\n') == 1);
    return parsed;
}

}  // namespace

// What the parser of arguments does not take ends with its own word; whatever comes later (files, keys, nodes) is fine.
TEST_CASE("every operation's example is one that its command takes") {
    const Folder folder;
    folder.write("serials.csv", "serial,gtin\nA1B2C3D4E5F6,09506000134352\n");
    for (const char* name : {"report.pdf", "invoice.pdf", "new.key"}) folder.write(name, "x");
    for (const touchstone::ledger::Operation& operation : touchstone::tools::every_operation()) {
        const auto& info = touchstone::ledger::info(operation);
        if (info.command.empty()) continue;
        const std::string line = std::string(info.command) + " " + std::string(info.example);
        INFO(line);
        const Run tried = run(line + " 2>&1 >&3", "cd " + folder.path.string() + " && exec 3>/dev/null && ");
        REQUIRE(tried.out.find("Run with --help") == std::string::npos);
        REQUIRE(tried.status != 0);  // there is neither a key nor a node
    }
}

TEST_CASE("every command explains itself with an example and its exit statuses") {
    REQUIRE(run("--version").status == 0);
    for (const char* command :
         {"keys new",      "keys show",      "serials new",  "product declare", "product show", "product list",
          "licence grant", "licence revoke", "licence show", "recall",          "lift-recall",  "org show",
          "org list",      "lot show",       "recalls",      "register",        "ship",         "cancel-shipment",
          "receive",       "reject",         "sell",         "return",          "flag",         "clear-flag",
          "capture",       "verify",         "history",      "status",          "bench"}) {
        INFO(command);
        const Run help = run(std::string(command) + " --help");
        REQUIRE(help.status == 0);
        REQUIRE(help.out.find(std::string("Example: touchstone ") + command) != std::string::npos);
        REQUIRE(help.out.find("Exit status:") != std::string::npos);
    }
}

TEST_CASE("commands on reports, sellers, corrections and territories explain themselves, and refuse wrong arguments") {
    for (const char* command :
         {"inspect", "correct", "territories", "report", "respond", "resolve", "reports", "report-stats",
          "seller register", "seller standing", "seller show", "document record", "document show"}) {
        INFO(command);
        const Run help = run(std::string(command) + " --help");
        REQUIRE(help.status == 0);
        REQUIRE(help.out.find(std::string("Example: touchstone ") + command) != std::string::npos);
        REQUIRE(help.out.find("Exit status:") != std::string::npos);
    }
    for (const char* wrong :
         {"report --kind counterfeit --text x", "report --kind wrong --gtin 9506000134352 --text x",
          "report --kind listing --platform bazaar --text x", "territories 9506000134352",
          "territories 9506000134352 France", "territories 9506000134352 FR --everywhere", "inspect --finding fine S1",
          "seller register --country FR", "seller register --country F1 --registration 1",
          "resolve 00 --outcome upheld", "sell --seller xy S1 --gtin 9506000134352", "document record",
          "document record xy", "document show 00"}) {
        INFO(wrong);
        REQUIRE(run(wrong).status == 2);
    }
}

TEST_CASE("wrong arguments end with status 2") {
    for (const char* wrong : {"", "nonsense", "register --nonsense", "ship S1", "flag --flag pink S1", "verify",
                              "register", "serials new --count 1", "register --mode both S1"}) {
        INFO(wrong);
        REQUIRE(run(wrong).status == 2);
    }
}

TEST_CASE("keys: encrypted, private, never overwritten") {
    const Folder folder;
    const std::string path = folder.file("acme.key");
    const Run made = run("--json keys new " + path);
    REQUIRE(made.status == 0);
    const std::string key = one_object(made)["public_key"];
    REQUIRE(key.size() == 64);
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    REQUIRE((info.st_mode & 0777) == 0600);
    REQUIRE(one_object(run("keys show --json " + path))["public_key"] == key);
    REQUIRE(run("keys new " + path).status == 2);
    REQUIRE(run("keys show " + folder.file("absent")).status == 2);
}

TEST_CASE("serials: a private file, ready to register, never overwritten") {
    const Folder folder;
    const std::string path = folder.file("serials.csv");
    const std::string command = "serials new --gtin 9506000134352 --count 50 --lot A1 --file " + path;
    REQUIRE(one_object(run("--json " + command))["count"] == 50);
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    REQUIRE((info.st_mode & 0777) == 0600);
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    REQUIRE(line == "serial,gtin,uri,lot");
    std::size_t lines = 0;
    for (; std::getline(in, line); ++lines) REQUIRE(line.find("/01/09506000134352/21/") != std::string::npos);
    REQUIRE(lines == 50);
    REQUIRE(run(command).status == 2);
    REQUIRE(run("serials new --gtin 9506000134353 --count 5").status == 2);
    REQUIRE(run("serials new --gtin 9506000134352 --count 5 --length 8").status == 2);
}

TEST_CASE("serials: one image for each, PNG or SVG") {
    const Folder folder;
    for (const char* format : {"png", "svg"}) {
        const std::string images = folder.file(format);
        REQUIRE(
            run("serials new --gtin 9506000134352 --count 3 --qr-format " + std::string(format) + " --qr-dir " + images)
                .status == 0);
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator(images))
            count += entry.path().extension() == std::string(".") + format;
        REQUIRE(count == 3);
    }
}

TEST_CASE("a file of bad lines is named line by line before any key or node is asked for") {
    const Folder folder;
    const std::string path = folder.write("bad.csv", "uri\nhttps://id.gs1.org/01/09506000134353/21/X\n\nnonsense\n");
    const Run result = run("register --json --file " + path);
    REQUIRE(result.status == 2);
    const json report = one_object(result);
    REQUIRE(report["malformed"] == 2);
    REQUIRE(report["lines"][0]["line"] == 2);
    REQUIRE(report["lines"][0]["code"] == "bad_gtin");
    REQUIRE(report["lines"][1]["line"] == 4);
}

TEST_CASE("no node: status 3, and an answer that says what to do") {
    const Folder folder;
    const std::string key = folder.file("acme.key");
    REQUIRE(run("keys new " + key).status == 0);
    const Run status = run("--json status");
    REQUIRE(status.status == 3);
    REQUIRE(one_object(status)["nodes"][0]["error"]["message"].get<std::string>().find("touchstone devnet") !=
            std::string::npos);
    const Run registered = run("register --json --org acme --key " + key + " --gtin 9506000134352 S1 S2");
    REQUIRE(registered.status == 3);
    REQUIRE(one_object(registered)["unsent"] == 2);
    REQUIRE(run("product list").status == 3);
    REQUIRE(run("recall 9506000134352 --reason x --org acme --key " + key).status == 3);
}

TEST_CASE("who signs must be said") {
    REQUIRE(run("register --gtin 9506000134352 S1").status == 2);
    REQUIRE(run("register --org acme --key /nowhere --gtin 9506000134352 S1").status == 2);
}

TEST_CASE("without a genesis nothing is proven") {
    const Run result = run("verify --json https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H");
    REQUIRE(result.status == 4);
    REQUIRE(one_object(result)["verdict"] == "unproven");
    REQUIRE(run("verify https://id.gs1.org/01/09506000134353/21/7KQ2M9XTRB4H").status == 2);
    REQUIRE(run("history 7KQ2M9XTRB4H --gtin 9506000134352").status == 4);
    REQUIRE(run("history 7KQ2M9XTRB4H 7KQ2M9XTRB4J --gtin 9506000134352").status == 2);
    REQUIRE(run("history --output h.json https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H").status == 2);
}

TEST_CASE("capture judges documents without sending them") {
    const Folder folder;
    const std::string path =
        folder.write("event.json",
                     R"({"type":"ObjectEvent","eventTime":"2026-01-01T10:00:00Z","eventTimeZoneOffset":"+01:00",)"
                     R"("action":"ADD","bizStep":"commissioning","epcList":["urn:epc:id:sgtin:0614141.107346.2017"]})");
    const Run result = run("capture --json --dry-run " + path);
    REQUIRE(result.status == 0);
    const json report = one_object(result);
    REQUIRE(report["events"][0]["result"] == "planned");
    REQUIRE(report["events"][0]["operations"] == json::array({"register"}));
    REQUIRE(run("capture --dry-run " + folder.write("bad.json", "{}")).status == 2);
    REQUIRE(run("capture --dry-run " + folder.file("absent")).status == 2);
    REQUIRE(run("capture --proceed --rollback --dry-run " + path).status == 2);
}

// A network that can not be founded starts no node and leaves no folder.
TEST_CASE("a template of a genesis: what devnet makes itself is refused, and so is what no chain can be founded on") {
    const Folder folder;
    const auto founded = [&](const std::string& text) {
        const std::string path = folder.write("template.json", text);
        const Run result = run("--json devnet --detach --dir " + folder.file("net") + " --genesis " + path);
        REQUIRE_FALSE(fs::exists(folder.path / "net"));
        return std::pair(result.status, one_object(result)["error"]);
    };
    const auto organisation = [](const std::string& fields) {
        return R"({"name": "x", "parameters": {}, "organisations": [{)" + fields + "}]}";
    };
    const std::string good = R"("id": "helios", "name": "Helios", "roles": ["brand"])";
    for (const std::string& text :
         {std::string("not JSON"), std::string("[]"), organisation(good + R"(, "keys": [])"),
          std::string(R"({"name": "x", "time": "2026-01-01T00:00:00Z", "parameters": {}, "organisations": []})"),
          std::string(R"({"name": "x", "parameters": {}, "organisations": []})")}) {
        INFO(text);
        const auto [status, error] = founded(text);
        REQUIRE((status == 2 && error["code"] == "bad_template"));
    }
    const auto [status, error] = founded(organisation(R"("id": "helios", "name": "Helios", "roles": ["queen"])"));
    REQUIRE((status == 2 && error["code"] == "genesis_malformed"));
    REQUIRE(error["message"].get<std::string>().find("/organisations/0/roles/0") != std::string::npos);
    REQUIRE(founded(organisation(R"("id": "../escape", "name": "x", "roles": ["brand"])")).second["code"] ==
            "genesis_invalid");
    REQUIRE(founded(organisation(good + R"(}, {)" + good)).second["code"] == "genesis_invalid");
}

TEST_CASE("a template is for a new chain") {
    const Folder folder;
    fs::create_directories(folder.path / "net");
    folder.write("net/genesis.json", "{}");
    const std::string path = folder.write("template.json", "{}");
    const Run result = run("--json devnet --detach --dir " + folder.file("net") + " --genesis " + path);
    REQUIRE(result.status == 2);
    REQUIRE(one_object(result)["error"]["code"] == "usage");
}
