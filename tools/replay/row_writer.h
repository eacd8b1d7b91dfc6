// Rows of a table as CSV or as JSON Lines, to stdout or to a file that appears whole or not at all.
//
// CSV is RFC 4180 with a header line: fields with a comma, a quote or a line end are quoted, quotes are doubled, lines
// end in CR LF; what is absent is empty. JSON Lines: one object a line, members in the order of the columns, null for
// what is absent. One thread. Failure: file_io, with what the system says; the target file is then as it was.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace touchstone::tools {

enum class RowFormat { kCsv, kJsonLines };

using Cell = std::variant<std::monostate, std::string, std::uint64_t, bool>;  // monostate: absent
using Row = std::vector<Cell>;

// Without the line's end.
std::string csv_line(const Row& row);
// Precondition: as many names as cells.
std::string json_line(const std::vector<std::string>& columns, const Row& row);

// Text or absent when there is none.
Cell text_cell(std::string_view text);

class RowWriter {
  public:
    // `path` empty: stdout. Writes beside the file until finish().
    static Result<std::unique_ptr<RowWriter>> open(const std::string& path, RowFormat format,
                                                   std::vector<std::string> columns);
    // Removes what was not finished.
    ~RowWriter();
    RowWriter(const RowWriter&) = delete;
    RowWriter& operator=(const RowWriter&) = delete;

    [[nodiscard]] Status write(const Row& row);
    // Everything is on the disk, and the file has its name, when this answers.
    [[nodiscard]] Status finish();
    std::uint64_t rows() const { return rows_; }

  private:
    RowWriter(std::string path, RowFormat format, std::vector<std::string> columns)
        : path_(std::move(path)), format_(format), columns_(std::move(columns)) {}
    [[nodiscard]] Status start();
    [[nodiscard]] Status drain();
    Error failed(const char* action) const;

    std::string path_;
    RowFormat format_;
    std::vector<std::string> columns_;
    std::string beside_;  // where it is written until it is whole; empty for stdout
    int file_ = -1;
    std::string buffer_;
    std::uint64_t rows_ = 0;
};

}  // namespace touchstone::tools
