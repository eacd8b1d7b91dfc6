#include "tools/client/terminal.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <array>
#include <iostream>

#include "ledger/identifiers/text.h"

namespace touchstone::tools {

namespace {

constexpr std::size_t kOneLineBytesMax = 300;
constexpr std::array<std::string_view, 5> kColours{"\033[1;32m", "\033[1;33m", "\033[1;31m", "\033[1m", "\033[0m"};

bool colours_are_on() {
    static const bool on = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
    return on;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The bytes of the first code point, if it may be shown; 0 otherwise.
std::size_t shown_bytes(std::string_view text) {
    for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size)
        if (ledger::is_plain_text(text.substr(0, size))) return size;
    return 0;
}

std::size_t colour_bytes(std::string_view text) {
    if (!colours_are_on()) return 0;
    for (const std::string_view colour : kColours)
        if (text.starts_with(colour)) return colour.size();
    return 0;
}

// `kept`: of what stands in front of the text, how many bytes stay although they are no plain text.
template <class Kept>
std::string cleaned(std::string_view text, Kept kept) {
    std::string out;
    while (!text.empty()) {
        const std::size_t shown = shown_bytes(text);
        const std::size_t taken = shown != 0 ? shown : kept(text);
        if (taken != 0) {
            out += text.substr(0, taken);
            text.remove_prefix(taken);
            continue;
        }
        out += '?';
        do text.remove_prefix(1);
        while (!text.empty() && continues(text.front()));
    }
    return out;
}

}  // namespace

std::string one_line(std::string_view foreign) {
    std::string_view part = foreign.substr(0, kOneLineBytesMax);
    if (part.size() < foreign.size())
        for (int more = 0; more < 4 && !part.empty() && continues(foreign[part.size()]); ++more) part.remove_suffix(1);
    const auto nothing = [](std::string_view) -> std::size_t { return 0; };
    return cleaned(part, nothing) + (part.size() < foreign.size() ? "…" : "");
}

std::string printable(std::string_view text) {
    std::string out;
    for (bool more = true; more;) {
        const std::size_t end = text.find('\n');
        more = end != std::string_view::npos;
        const std::string_view line = text.substr(0, end);
        const auto kept = [](std::string_view rest) -> std::size_t {
            return rest.front() == '\t' ? 1 : colour_bytes(rest);
        };
        out += ledger::is_plain_text(line) ? std::string(line) : cleaned(line, kept);
        if (!more) break;
        out += '\n';
        text.remove_prefix(end + 1);
    }
    return out;
}

std::string coloured(std::string_view text, Colour colour) {
    if (!colours_are_on() || colour == Colour::kNone) return std::string(text);
    const char* code = colour == Colour::kGreen    ? "1;32"
                       : colour == Colour::kYellow ? "1;33"
                       : colour == Colour::kRed    ? "1;31"
                                                   : "1";
    return fmt::format("\033[{}m{}\033[0m", code, text);
}

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), enabled_(isatty(STDERR_FILENO)) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
    if (enabled_ && shown_percent_ <= 100) std::fputs("\r\033[K", stderr);
    shown_percent_ = 101;
}

void Progress::update(std::uint64_t done) {
    if (!enabled_ || total_ == 0) return;
    const std::uint64_t percent = std::min<std::uint64_t>(100, done * 100 / total_);
    if (percent == shown_percent_) return;
    shown_percent_ = percent;
    std::fputs(fmt::format("\r\033[K{}: {} of {} ({} %)", what_, done, total_, percent).c_str(), stderr);
    std::fflush(stderr);
}

std::string prompt_secret(const std::string& question) {
    if (!isatty(STDIN_FILENO)) return {};
    std::fputs(question.c_str(), stderr);
    termios before{};
    tcgetattr(STDIN_FILENO, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    std::string line;
    std::getline(std::cin, line);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    std::fputs("\n", stderr);
    return line;
}

void Table::row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string Table::text() const {
    const auto width_of = [](const std::string& cell) {
        return static_cast<std::size_t>(std::count_if(
            cell.begin(), cell.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    };
    std::vector<std::size_t> widths;
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i >= widths.size()) widths.push_back(0);
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    std::string out;
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace touchstone::tools
