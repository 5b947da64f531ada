// A small world for the engine's tests: cables, hubs that join cables, and lamps on a hub. It has every kind of value,
// a key of two parts, lists, references and defaults.
#pragma once

#include <string>
#include <string_view>

#include "dsc/resource.h"
#include "dsc/schema.h"
#include "hal/base/result.h"

namespace portreeve::dsc::testing {

const Schema& test_schema();

// `inside` within <Configuration xmlns="urn:portreeve:dsc:1">…</Configuration>, on one line.
std::string document_text(std::string_view inside);

// The document, or one with no resources and the faults on standard output.
Document document_of(std::string_view inside, const FileName& file = "test.xml", Source source = Source::Dsc);

// What is wrong, one diagnostic a line as to_string() says it; empty: nothing.
std::string faults_of(const Result<Document, Diagnostics>& read);
std::string faults_of(const Diagnostics& diagnostics);

}  // namespace portreeve::dsc::testing
