#include "tools/client/terminal.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace touchstone::tools {

std::string coloured(std::string_view text, Colour colour) {
    static const bool enabled = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
    if (!enabled || colour == Colour::kNone) return std::string(text);
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
