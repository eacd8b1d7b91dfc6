#include "tools/client/qr_image.h"

#include <fmt/format.h>
#include <png.h>
#include <qrencode.h>

#include "base/check.h"

namespace touchstone::tools {

namespace {

constexpr std::size_t kQuiet = 4;
constexpr std::size_t kPixels = 8;

}  // namespace

Result<QrMatrix> encode_qr(const std::string& text) {
    QRcode* const code = QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M);
    if (!code) return Error{"bad_qr_text", fmt::format("'{}' does not fit a QR code", text)};
    QrMatrix matrix;
    matrix.width = static_cast<std::size_t>(code->width);
    matrix.dark.resize(matrix.width * matrix.width);
    for (std::size_t i = 0; i < matrix.dark.size(); ++i) matrix.dark[i] = code->data[i] & 1;
    QRcode_free(code);
    return matrix;
}

std::string qr_svg(const QrMatrix& matrix) {
    const std::size_t side = matrix.width + 2 * kQuiet;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\">"
        "<rect width=\"{0}\" height=\"{0}\" fill=\"#fff\"/><path d=\"",
        side);
    for (std::size_t y = 0; y < matrix.width; ++y)
        for (std::size_t x = 0; x < matrix.width; ++x)
            if (matrix.at(x, y)) out += fmt::format("M{},{}h1v1h-1z", x + kQuiet, y + kQuiet);
    return out + "\"/></svg>\n";
}

Bytes qr_png(const QrMatrix& matrix) {
    const std::size_t side = (matrix.width + 2 * kQuiet) * kPixels;
    Bytes pixels(side * side, 255);
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
            const std::size_t mx = x / kPixels, my = y / kPixels;
            const bool inside =
                mx >= kQuiet && my >= kQuiet && mx < matrix.width + kQuiet && my < matrix.width + kQuiet;
            if (inside && matrix.at(mx - kQuiet, my - kQuiet)) pixels[y * side + x] = 0;
        }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(side);
    image.height = static_cast<png_uint_32>(side);
    image.format = PNG_FORMAT_GRAY;
    png_alloc_size_t size = 0;
    INVARIANT(png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr));
    Bytes out(size);
    INVARIANT(png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr));
    out.resize(size);
    return out;
}

}  // namespace touchstone::tools
