#include "tools/replay/row_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "rpc/json_writer.h"

namespace touchstone::tools {
namespace {

constexpr std::size_t kBufferBytes = 1u << 16;

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

std::string csv_cell(const Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return csv_field(*text);
    if (const auto* number = std::get_if<std::uint64_t>(&cell)) return fmt::to_string(*number);
    if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "true" : "false";
    return {};
}

}  // namespace

std::string csv_line(const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : ",") + csv_cell(row[i]);
    return line;
}

std::string json_line(const std::vector<std::string>& columns, const Row& row) {
    INVARIANT(columns.size() == row.size());
    std::string line;
    rpc::JsonWriter out(line);
    out.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
        out.key(columns[i]);
        if (const auto* text = std::get_if<std::string>(&row[i]))
            out.string(*text);
        else if (const auto* number = std::get_if<std::uint64_t>(&row[i]))
            out.number(*number);
        else if (const auto* truth = std::get_if<bool>(&row[i]))
            out.boolean(*truth);
        else
            out.null();
    }
    out.end_object();
    return line;
}

Cell text_cell(std::string_view text) {
    if (text.empty()) return {};
    return std::string(text);
}

Result<std::unique_ptr<RowWriter>> RowWriter::open(const std::string& path, RowFormat format,
                                                   std::vector<std::string> columns) {
    std::unique_ptr<RowWriter> writer(new RowWriter(path, format, std::move(columns)));
    TRY(writer->start());
    return writer;
}

RowWriter::~RowWriter() {
    if (beside_.empty()) return;
    if (file_ >= 0) ::close(file_);
    ::unlink(beside_.c_str());
}

Error RowWriter::failed(const char* action) const {
    return {"file_io", fmt::format("{} {}: {}", action, path_.empty() ? "stdout" : path_, std::strerror(errno))};
}

Status RowWriter::start() {
    if (path_.empty()) {
        file_ = STDOUT_FILENO;
    } else {
        std::string name = path_ + ".XXXXXX";
        file_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (file_ < 0) return failed("creating a file beside");
        beside_ = std::move(name);
    }
    if (format_ != RowFormat::kCsv) return Ok{};
    buffer_ = csv_line(Row(columns_.begin(), columns_.end())) + "\r\n";
    return Ok{};
}

Status RowWriter::write(const Row& row) {
    INVARIANT(row.size() == columns_.size());
    buffer_ += format_ == RowFormat::kCsv ? csv_line(row) + "\r\n" : json_line(columns_, row) + "\n";
    ++rows_;
    return buffer_.size() < kBufferBytes ? Status(Ok{}) : drain();
}

Status RowWriter::drain() {
    for (std::size_t done = 0; done < buffer_.size();) {
        const ssize_t put = ::write(file_, buffer_.data() + done, buffer_.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed("writing");
        done += static_cast<std::size_t>(put);
    }
    buffer_.clear();
    return Ok{};
}

Status RowWriter::finish() {
    TRY(drain());
    if (path_.empty()) return Ok{};
    // As other programs make files: the temporary name was readable by its owner alone.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(file_, 0666 & ~mask) != 0 || ::fsync(file_) != 0) return failed("writing");
    if (::close(std::exchange(file_, -1)) != 0) return failed("writing");
    if (::rename(beside_.c_str(), path_.c_str()) != 0) return failed("naming");
    beside_.clear();
    return Ok{};
}

}  // namespace touchstone::tools
