#include "tools/proof/near_spellings.h"

#include <algorithm>
#include <array>
#include <bit>

#include "ledger/identifiers/gs1.h"

namespace touchstone::tools {
namespace {

// Each is read as one of the others.
constexpr std::array<std::string_view, 2> kAlike{"0Oo", "1Il"};
constexpr std::size_t kDoubtfulMax = 16;  // characters of a serial

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string mapped(std::string text, char (*map)(char)) {
    std::transform(text.begin(), text.end(), text.begin(), map);
    return text;
}

// A digit for the letter that looks like it, and the reverse; in the case that the rest is in.
char twin(char c, bool capitals) {
    if (c == '0') return capitals ? 'O' : 'o';
    if (c == '1') return capitals ? 'I' : 'l';
    return kAlike[0].find(c) != std::string_view::npos ? '0' : kAlike[1].find(c) != std::string_view::npos ? '1' : c;
}

char as_digit(char c) {
    for (const std::string_view group : kAlike)
        if (group.find(c) != std::string_view::npos) return group.front();
    return c;
}

// The ways to read the doubtful characters of `base`, as far as there is room; those that change the fewest first.
void add_readings(const std::string& base, bool capitals, std::vector<std::string>& found) {
    std::vector<std::size_t> doubtful;
    for (std::size_t i = 0; i < base.size(); ++i)
        if (twin(base[i], capitals) != base[i]) doubtful.push_back(i);
    const std::size_t bits = std::min<std::size_t>(doubtful.size(), kDoubtfulMax);
    const std::size_t room = found.size() + kNearSpellingsMax;
    for (std::size_t changes = 1; changes <= bits; ++changes) {
        for (std::uint32_t choice = 1; choice < (1u << bits) && found.size() < room; ++choice) {
            if (static_cast<std::size_t>(std::popcount(choice)) != changes) continue;
            std::string reading = base;
            for (std::size_t bit = 0; bit < bits; ++bit)
                if (choice >> bit & 1) reading[doubtful[bit]] = twin(base[doubtful[bit]], capitals);
            found.push_back(std::move(reading));
        }
    }
}

}  // namespace

std::string without_blanks(std::string_view text) {
    std::string made;
    for (const char c : text)
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') made += c;
    return made;
}

std::vector<std::string> near_spellings(std::string_view serial) {
    const std::string plain = without_blanks(serial);
    const std::string capitals = mapped(plain, upper), small = mapped(plain, lower);
    std::vector<std::string> found{plain, capitals, small, mapped(plain, as_digit), mapped(capitals, as_digit)};
    add_readings(plain, plain != small, found);
    add_readings(capitals, true, found);
    add_readings(small, false, found);
    std::vector<std::string> made;
    for (std::string& one : found) {
        if (made.size() == kNearSpellingsMax) break;
        const bool is_new = one != serial && std::find(made.begin(), made.end(), one) == made.end();
        if (is_new && ledger::is_serial(one)) made.push_back(std::move(one));
    }
    return made;
}

}  // namespace touchstone::tools
