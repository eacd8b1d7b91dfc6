// QR codes of Digital Links, as PNG (libpng) or SVG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace touchstone::tools {

struct QrMatrix {
    std::size_t width = 0;
    std::vector<bool> dark;  // row by row
    bool at(std::size_t x, std::size_t y) const { return dark[y * width + x]; }
};

// Error correction M, as GS1 recommends for Digital Links. Error: bad_qr_text (too long).
Result<QrMatrix> encode_qr(const std::string& text);
std::string qr_svg(const QrMatrix& matrix);
// Eight pixels a module, with the quiet zone of four modules.
Bytes qr_png(const QrMatrix& matrix);

}  // namespace touchstone::tools
