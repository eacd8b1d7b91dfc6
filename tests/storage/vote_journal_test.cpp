#include <catch2/catch.hpp>

#include "storage/vote_journal.h"
#include "tests/support/memory_disk.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::storage;
using touchstone::test::MemoryDisk;

namespace {

constexpr std::size_t kSlots = 80;
constexpr std::size_t kSlotBytes = VoteJournal::kSlotBytes;

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

Bytes vote(std::uint64_t number) {
    Bytes bytes(1 + number % VoteJournal::kSlotPayloadMax, static_cast<std::uint8_t>(number));
    bytes[0] = static_cast<std::uint8_t>(number >> 8);
    return bytes;
}

// Appends votes [from, to) of the view equal to their number, each synced.
void fill(VoteJournal& journal, std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i < to; ++i) {
        REQUIRE(journal.append(View(i), vote(i)).ok());
        REQUIRE(journal.sync().ok());
    }
}

std::vector<Bytes> votes(std::uint64_t from, std::uint64_t to) {
    std::vector<Bytes> list;
    for (std::uint64_t i = from; i < to; ++i) list.push_back(vote(i));
    return list;
}

}  // namespace

TEST_CASE("vote journal: the layout of a slot is pinned", "[journal]") {
    MemoryDisk disk;
    auto journal = must(VoteJournal::open(disk, kSlots));
    REQUIRE(disk.content("votes").size() == kSlots * kSlotBytes);
    REQUIRE(journal->append(View(5), as_bytes("abc")).ok());
    const Bytes file = disk.content("votes");
    const ByteView slot = ByteView(file).subspan(kSlotBytes, kSlotBytes);
    REQUIRE(to_hex(slot.first(23)) ==
            "0000000000000001"
            "0000000000000005"
            "00"
            "0001"
            "03"
            "616263");
    REQUIRE(to_hex(slot.last(4)) == "3b4a59d1");
}

TEST_CASE("vote journal: synced votes are recovered in order, also when the ring wraps and grows", "[journal]") {
    MemoryDisk disk;
    fill(*must(VoteJournal::open(disk, kSlots)), 1, 40);
    auto journal = must(VoteJournal::open(disk, kSlots));
    REQUIRE(journal->recovered() == votes(1, 40));
    journal->release_below(View(30));
    REQUIRE(journal->recovered() == votes(30, 40));
    // Over the end of the ring, into released slots: the file keeps its size.
    fill(*journal, 40, 106);
    REQUIRE(disk.content("votes").size() == kSlots * kSlotBytes);
    journal = must(VoteJournal::open(disk, kSlots));
    journal->release_below(View(30));
    REQUIRE(journal->recovered() == votes(30, 106));
    // Nothing released: it must grow, and lose nothing.
    fill(*journal, 106, 300);
    REQUIRE(disk.content("votes").size() > kSlots * kSlotBytes);
    journal = must(VoteJournal::open(disk, kSlots));
    journal->release_below(View(30));
    REQUIRE(journal->recovered() == votes(30, 300));
}

TEST_CASE("vote journal: a vote for an old view in the ring's way is kept", "[journal]") {
    MemoryDisk disk;
    auto journal = must(VoteJournal::open(disk, kSlots));
    // Votes are not monotone in view: this one is of the highest view and written first.
    REQUIRE(journal->append(View(1000), vote(999)).ok());
    for (std::uint64_t i = 1; i < 200; ++i) {
        REQUIRE(journal->append(View(i), vote(i)).ok());
        REQUIRE(journal->sync().ok());
        journal->release_below(View(i));
    }
    journal = must(VoteJournal::open(disk, kSlots));
    journal->release_below(View(500));
    REQUIRE(journal->recovered() == std::vector<Bytes>{vote(999)});
}

TEST_CASE("vote journal: the last vote may be torn at any byte", "[journal]") {
    for (const std::uint64_t count : {std::uint64_t{10}, std::uint64_t{90}}) {
        MemoryDisk whole;
        auto journal = must(VoteJournal::open(whole, kSlots));
        journal->release_below(View(count - 5));
        fill(*journal, 1, count);
        const Bytes before = whole.content("votes");
        fill(*journal, count, count + 1);
        const Bytes after = whole.content("votes");
        const std::size_t slot = count % kSlots * kSlotBytes;
        for (std::size_t cut = 0; cut <= kSlotBytes; ++cut) {
            Bytes torn = before;
            std::copy_n(after.begin() + static_cast<std::ptrdiff_t>(slot), cut,
                        torn.begin() + static_cast<std::ptrdiff_t>(slot));
            MemoryDisk disk;
            disk.set_content("votes", torn);
            auto again = must(VoteJournal::open(disk, kSlots));
            again->release_below(View(count - 5));
            INFO("cut at " << cut);
            const bool complete = torn == after;
            REQUIRE(again->recovered() == votes(count - 5, complete ? count + 1 : count));
            // It is mended: the journal goes round once more and opens.
            fill(*again, count + 1, count + 3);
            again->release_below(View(count + 2));
            for (std::uint64_t i = count + 3; i < count + 3 + 2 * kSlots; ++i) {
                again->release_below(View(i));
                fill(*again, i, i + 1);
            }
            REQUIRE(must(VoteJournal::open(disk, kSlots)) != nullptr);
        }
    }
}

TEST_CASE("vote journal: a record of several slots is whole or absent, wherever its last write ends", "[journal]") {
    const Bytes large(3 * VoteJournal::kSlotPayloadMax + 7, 0x5a);
    MemoryDisk whole;
    auto journal = must(VoteJournal::open(whole, kSlots));
    // So that the four parts go over the end of the ring.
    journal->release_below(View(kSlots - 5));
    fill(*journal, 1, kSlots - 2);
    const Bytes before = whole.content("votes");
    REQUIRE(journal->append(View(kSlots - 2), large).ok());
    REQUIRE(journal->append(View(kSlots - 2), vote(7)).ok());
    REQUIRE(journal->sync().ok());
    const Bytes after = whole.content("votes");
    std::vector<Bytes> wanted = votes(kSlots - 5, kSlots - 2);
    for (std::size_t written = 0; written <= 5; ++written) {
        Bytes torn = before;
        for (std::size_t slot = 0; slot < written; ++slot) {
            const std::size_t at = (kSlots - 2 + slot) % kSlots * kSlotBytes;
            std::copy_n(after.begin() + static_cast<std::ptrdiff_t>(at), kSlotBytes,
                        torn.begin() + static_cast<std::ptrdiff_t>(at));
        }
        if (written == 4) wanted.push_back(large);
        if (written == 5) wanted.push_back(vote(7));
        MemoryDisk disk;
        disk.set_content("votes", torn);
        auto again = must(VoteJournal::open(disk, kSlots));
        again->release_below(View(kSlots - 5));
        INFO(written << " slots written");
        REQUIRE(again->recovered() == wanted);
    }
}

TEST_CASE("vote journal: damage to an earlier vote is refused", "[journal]") {
    MemoryDisk whole;
    auto journal = must(VoteJournal::open(whole, kSlots));
    fill(*journal, 1, 41);
    const Bytes good = whole.content("votes");
    for (std::size_t sequence = 1; sequence < 40; ++sequence) {
        for (const std::size_t at : {0, 7, 8, 16, 17, 18, 19, 20, 100, 251, 252, 255}) {
            Bytes rotten = good;
            rotten[sequence * kSlotBytes + at] ^= 0x20;
            MemoryDisk disk;
            disk.set_content("votes", rotten);
            const auto opened = VoteJournal::open(disk, kSlots);
            INFO("vote " << sequence << " byte " << at);
            REQUIRE_FALSE(opened.ok());
            REQUIRE(opened.error().code == "journal_corrupt");
        }
        // A write that the disk lost although it had confirmed it.
        Bytes lost = good;
        std::fill_n(lost.begin() + static_cast<std::ptrdiff_t>(sequence * kSlotBytes), kSlotBytes, 0);
        MemoryDisk disk;
        disk.set_content("votes", lost);
        REQUIRE(VoteJournal::open(disk, kSlots).error().code == "journal_corrupt");
    }
    MemoryDisk truncated;
    truncated.set_content("votes", Bytes(good.begin(), good.end() - 1));
    REQUIRE(VoteJournal::open(truncated, kSlots).error().code == "journal_corrupt");
    MemoryDisk empty;
    empty.set_content("votes", {});
    REQUIRE(VoteJournal::open(empty, kSlots).error().code == "journal_corrupt");
}

TEST_CASE("vote journal: an error of the disk is answered, not hidden", "[journal]") {
    MemoryDisk disk;
    auto journal = must(VoteJournal::open(disk, kSlots));
    disk.fail_after(1, "disk_error");
    REQUIRE(journal->append(View(1), vote(1)).ok());
    REQUIRE(journal->sync().error().code == "disk_error");
    disk.heal();
    REQUIRE(journal->sync().ok());
}

TEST_CASE("vote journal: what was synced survives every crash", "[journal]") {
    const std::uint64_t seed = test::seed_of("vote journal crashes");
    std::mt19937_64 random(seed);
    for (int life = 0; life < 200; ++life) {
        MemoryDisk disk;
        std::uint64_t next = 1;
        std::uint64_t floor = 0;
        std::map<std::uint64_t, Bytes> synced;
        for (int boot = 0; boot < 5; ++boot) {
            auto journal = must(VoteJournal::open(disk, kSlots));
            journal->release_below(View(floor));
            const std::vector<Bytes>& found = journal->recovered();
            for (const auto& [number, payload] : synced)
                if (number >= floor) REQUIRE(std::find(found.begin(), found.end(), payload) != found.end());
            std::map<std::uint64_t, Bytes> unsynced;
            for (std::size_t i = random() % 120; i > 0; --i) {
                if (random() % 4 == 0)
                    journal->release_below(
                        View(floor = std::max(floor, next - std::min<std::uint64_t>(next, random() % 90))));
                const Bytes record = next % 7 == 0 ? Bytes(next % VoteJournal::kPayloadMax + 900, 0x11) : vote(next);
                REQUIRE(journal->append(View(next), record).ok());
                unsynced[next] = record;
                ++next;
                if (random() % 3 != 0) continue;
                REQUIRE(journal->sync().ok());
                synced.merge(unsynced);
                unsynced.clear();
            }
            disk.crash(random());
        }
    }
}
