// show and list below the commands product and licence; the other reads are commands of their own.
#pragma once

#include "tools/client_options.h"

namespace touchstone::tools {

void add_product_reads(CLI::App& product, GlobalOptions& options);
void add_licence_reads(CLI::App& licence, GlobalOptions& options);

}  // namespace touchstone::tools
