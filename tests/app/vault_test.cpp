// The vault: what it keeps and finds again, what its disk tells, and what it notices.
#include "node/app/vault.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "ledger/records/records.h"
#include "tests/app/folder.h"

using namespace touchstone;
using namespace touchstone::node;
using rpc::VaultItem;

namespace {

ledger::StateKey key_of(const std::string& gtin, const std::string& serial) {
    return ledger::item_key(gtin, ledger::serial_commitment(gtin, serial));
}

const std::string kGtin = "09506000134352";
const std::string kOther = "09506000134369";
constexpr auto kMinimal = crypto::SecretFileWork::kMinimal;
const WallTime kFirst{1'700'000'000'000}, kLater{1'800'000'000'000};

std::unique_ptr<Vault> open(const std::filesystem::path& folder, std::string_view passphrase = "open sesame") {
    auto vault = Vault::open(folder, passphrase, kMinimal);
    INFO((vault.ok() ? std::string() : vault.error().message));
    REQUIRE(vault.ok());
    return *std::move(vault);
}

std::string open_error(const std::filesystem::path& folder, std::string_view passphrase = "open sesame") {
    const auto vault = Vault::open(folder, passphrase, kMinimal);
    return vault.ok() ? "none" : vault.error().code;
}

std::vector<VaultItem> items(std::size_t count, const std::string& gtin = kGtin, const std::string& lot = {}) {
    std::vector<VaultItem> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back({gtin, "7HK2M9QX" + std::to_string(1000 + i), lot});
    return made;
}

std::string all_bytes(const std::filesystem::path& folder) {
    std::string all;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
        if (!file.is_regular_file()) continue;
        std::ifstream in(file.path(), std::ios::binary);
        all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
}

// A store whose records the test can reach behind the vault's back. The vault owns it; the test keeps a pointer.
struct Reached {
    Reached() {
        auto made = storage::make_memory_store();
        store = made.get();
        auto opened = Vault::over(std::move(made), key);
        REQUIRE(opened.ok());
        vault = *std::move(opened);
    }
    std::vector<Bytes> names() const {
        std::vector<Bytes> all;
        const auto at = store->iterate();
        for (at->seek(Bytes{}); at->valid(); at->next()) all.push_back(to_bytes(at->key()));
        return all;
    }
    void set(const Bytes& name, const std::optional<Bytes>& value) {
        const auto batch = store->make_batch();
        value ? batch->put(name, *value) : batch->erase(name);
        REQUIRE(store->write(*batch).ok());
    }
    // Whether any read of everything fails, and all failures are named.
    bool notices() const {
        bool noticed = false;
        const auto look = [&](const auto& result) {
            if (result.ok()) return;
            REQUIRE(result.error().code == "vault_tampered");
            noticed = true;
        };
        look(vault->list("", 1, 1000));
        look(vault->list(kGtin, 1, 1000));
        look(vault->documents(1, 1000));
        for (const char* id : {"doc", "doc2"}) look(vault->document(id));
        for (const VaultItem& item : items(3)) look(vault->find(key_of(item.gtin14, item.serial)));
        return noticed;
    }
    crypto::SecretFileBytes key;
    storage::KeyValueStore* store;
    std::unique_ptr<Vault> vault;
};

}  // namespace

TEST_CASE("what a vault was given it has again after a restart, by key and by product") {
    const testing::Folder folder;
    const auto place = folder.path / "vault";
    {
        const auto vault = open(place);
        REQUIRE(*vault->put(items(5), kFirst) == 5);
        REQUIRE(*vault->put(items(3, kOther, "L9"), kFirst) == 3);
        // Again, with one more and with a lot: the first arrival counts, the lot is added.
        REQUIRE(*vault->put(items(6, kGtin, "L1"), kLater) == 1);
        REQUIRE(*vault->put(items(6, kGtin, "L2"), kLater) == 0);
    }
    const auto vault = open(place);
    REQUIRE(vault->status().items == 9);
    const auto found = *vault->find(key_of(kGtin, "7HK2M9QX1002"));
    REQUIRE(found.has_value());
    REQUIRE(found->item.serial == "7HK2M9QX1002");
    REQUIRE(found->item.gtin14 == kGtin);
    REQUIRE(found->item.lot == "L1");
    REQUIRE(found->first_seen == kFirst);
    REQUIRE(!vault->find(key_of(kGtin, "NEVER"))->has_value());

    std::set<std::string> serials;
    std::uint64_t from = 1;
    std::size_t pages = 0;
    for (std::optional<std::uint64_t> next = from; next; ++pages) {
        const auto page = *vault->list(kGtin, *next, 2);
        REQUIRE(page.entries.size() == 2);
        for (const auto& entry : page.entries) serials.insert(entry.item.serial);
        next = page.next;
    }
    REQUIRE(pages == 3);
    REQUIRE(serials.size() == 6);
    REQUIRE(vault->list("", 1, 100)->entries.size() == 9);
    REQUIRE(vault->list("", 9, 100)->entries.at(0).first_seen == kLater);
    REQUIRE(vault->list("00000000000000", 1, 100)->entries.empty());
}

TEST_CASE("documents come in their order, once each") {
    const testing::Folder folder;
    const auto place = folder.path / "vault";
    {
        const auto vault = open(place);
        REQUIRE(*vault->put_document("capture-1", as_bytes("{\"first\":1}"), kFirst) == 1);
        REQUIRE(*vault->put_document("capture-2", as_bytes("{\"second\":2}"), kLater) == 2);
        REQUIRE(*vault->put_document("capture-1", as_bytes("something else"), kLater) == 1);
    }
    const auto vault = open(place);
    REQUIRE(as_text((*vault->document("capture-1"))->bytes) == "{\"first\":1}");
    REQUIRE((*vault->document("capture-2"))->stored == kLater);
    REQUIRE(!vault->document("capture-3")->has_value());
    const auto first = *vault->documents(1, 1);
    REQUIRE(first.documents.at(0).id == "capture-1");
    REQUIRE(first.next == 2);
    const auto second = *vault->documents(*first.next, 1);
    REQUIRE(second.documents.at(0).id == "capture-2");
    REQUIRE(!second.next);
    REQUIRE(vault->put_document("", as_bytes("x"), kFirst).error().code == "vault_record");
    REQUIRE(vault->put_document("big", Bytes(limits::kVaultDocumentBytesMax + 1), kFirst).error().code ==
            "vault_record");
}

TEST_CASE("the disk of a vault tells no serial, no GTIN and no document") {
    const testing::Folder folder;
    const auto place = folder.path / "vault";
    {
        const auto vault = open(place);
        REQUIRE(vault->put(items(200), kFirst).ok());
        REQUIRE(vault->put_document("capture-1", as_bytes("a document of ours"), kFirst).ok());
    }
    const std::string disk = all_bytes(place);
    REQUIRE(disk.size() > 200 * 128);
    for (const VaultItem& item : items(200)) REQUIRE(disk.find(item.serial) == std::string::npos);
    for (const char* text : {"7HK2M9QX", kGtin.c_str(), "a document", "capture-1"})
        REQUIRE(disk.find(text) == std::string::npos);
    // Nor the items' keys, which stand on the ledger.
    REQUIRE(disk.find(as_text(key_of(kGtin, "7HK2M9QX1000").view())) == std::string::npos);
    REQUIRE((std::filesystem::status(place / "vault.key").permissions() & std::filesystem::perms::all) ==
            (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    REQUIRE((std::filesystem::status(place).permissions() & std::filesystem::perms::all) ==
            std::filesystem::perms::owner_all);
}

TEST_CASE("a wrong passphrase, a lost key file and a second process are refused by name") {
    const testing::Folder folder;
    const auto place = folder.path / "vault";
    {
        const auto vault = open(place);
        REQUIRE(vault->put(items(1), kFirst).ok());
        REQUIRE(open_error(place) == "vault_locked");
    }
    REQUIRE(open_error(place, "open, barley") == "vault_passphrase");
    REQUIRE(open(place)->status().items == 1);
    std::filesystem::rename(place / "vault.key", place / "elsewhere");
    REQUIRE(open_error(place) == "vault_key_missing");
    std::ofstream(place / "vault.key") << "touchstone-vault 1\n";
    std::filesystem::permissions(place / "vault.key", std::filesystem::perms::owner_read);
    REQUIRE(open_error(place) == "vault_malformed");
}

TEST_CASE("every record that is altered, exchanged or taken away is noticed") {
    Reached reached;
    REQUIRE(reached.vault->put(items(3), kFirst).ok());
    REQUIRE(reached.vault->put_document("doc", as_bytes("bytes"), kFirst).ok());
    REQUIRE(reached.vault->put_document("doc2", as_bytes("more"), kFirst).ok());
    REQUIRE(!reached.notices());
    const auto names = reached.names();
    REQUIRE(names.size() == 1 + 3 * 3 + 2 * 2);
    for (const Bytes& name : names) {
        if (name[0] == 'm') continue;  // read at the start alone
        const Bytes sealed = **reached.store->get(name);
        Bytes altered = sealed;
        altered.back() = static_cast<std::uint8_t>(altered.back() ^ 1);
        reached.set(name, altered);
        REQUIRE(reached.notices());
        for (const Bytes& other : names) {
            if (other == name || other[0] != name[0]) continue;
            reached.set(name, **reached.store->get(other));
            REQUIRE(reached.notices());
        }
        if (name[0] == 's' || name[0] == 'n') {
            reached.set(name, std::nullopt);
            REQUIRE(reached.notices());
        }
        reached.set(name, sealed);
        REQUIRE(!reached.notices());
    }
}

TEST_CASE("several threads write and read one vault") {
    const testing::Folder folder;
    const auto vault = open(folder.path / "vault");
    constexpr std::size_t kWriters = 4, kEach = 60;
    std::atomic<std::size_t> added{0};
    std::atomic<bool> fault{false}, done{false};
    std::vector<std::thread> threads;
    for (std::size_t writer = 0; writer < kWriters; ++writer)
        threads.emplace_back([&, writer] {
            for (std::size_t i = 0; i < kEach; ++i) {
                // Every item is written by two of the threads.
                const std::vector<VaultItem> one{
                    {kGtin, "T" + std::to_string(writer / 2) + "X" + std::to_string(i), {}}};
                const auto put = vault->put(one, kFirst);
                put.ok() ? void(added += *put) : void(fault = true);
            }
        });
    std::thread reader([&] {
        while (!done)
            if (!vault->list(kGtin, 1, 1000).ok() || !vault->list("", 1, 1000).ok()) fault = true;
    });
    for (std::thread& thread : threads) thread.join();
    done = true;
    reader.join();
    REQUIRE(!fault);
    REQUIRE(added == kWriters / 2 * kEach);
    REQUIRE(vault->status().items == added);
    REQUIRE(vault->list(kGtin, 1, 1000)->entries.size() == added);
}

TEST_CASE("a vault without the record of its counts does not open") {
    crypto::SecretFileBytes key;
    auto store = storage::make_memory_store();
    const auto batch = store->make_batch();
    batch->put(Bytes{'i', 1}, Bytes{1});
    REQUIRE(store->write(*batch).ok());
    const auto vault = Vault::over(std::move(store), key);
    REQUIRE(!vault.ok());
    REQUIRE(vault.error().code == "vault_tampered");
}

TEST_CASE("a batch with one bad item leaves nothing behind") {
    Reached reached;
    auto batch = items(3);
    batch[1].serial = "with a space";
    REQUIRE(reached.vault->put(batch, kFirst).error().code == "vault_record");
    REQUIRE(reached.vault->put(items(limits::kVaultPutMax + 1), kFirst).error().code == "vault_full");
    REQUIRE(reached.vault->status().items == 0);
    REQUIRE(reached.names().empty());
}
