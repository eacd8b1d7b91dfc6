// What people see while they wait: progress on stderr when it is a terminal, colours on stdout when that is one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone::tools {

enum class Colour { kNone, kGreen, kYellow, kRed, kBold };

// The text in the colour, or as it is when stdout is no terminal or NO_COLOR is set.
std::string coloured(std::string_view text, Colour colour);

// One line that is rewritten; nothing at all when stderr is no terminal. One thread.
class Progress {
  public:
    Progress(std::string what, std::uint64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void update(std::uint64_t done);
    // Takes the line away; destruction does it too.
    void clear();

  private:
    std::string what_;
    std::uint64_t total_;
    std::uint64_t shown_percent_ = 101;
    bool enabled_;
};

// What somebody else wrote, fit to stand in a line of ours: one line, not long, and nothing in it that moves the cursor,
// changes a colour or turns the direction of reading. A '?' stands for what was taken out.
std::string one_line(std::string_view foreign);

// The same for a text of several lines, however long; colours that coloured() gave stay.
std::string printable(std::string_view text);

// A passphrase without echo. Empty when stdin is no terminal.
std::string prompt_secret(const std::string& question);

// A table whose columns are as wide as their widest cell.
class Table {
  public:
    void row(std::vector<std::string> cells);
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace touchstone::tools
