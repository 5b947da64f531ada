#include "hal/base/bytes.h"

#include <array>

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {
Bytes octets(std::string_view text) { return as_bytes(text); }
}  // namespace

TEST_GROUP(Reader){};

TEST(Reader, ReadsInNetworkOrder) {
  Reader reader(octets(std::string_view("\x01\x02\x03\x04\x05\x06\x07", 7)));
  LONGS_EQUAL(0x01, reader.u8());
  LONGS_EQUAL(0x0203, reader.u16());
  LONGS_EQUAL(0x04050607, reader.u32());
  CHECK(reader.finish(0).has_value());
}

TEST(Reader, AShortReadYieldsZeroAndStaysBad) {
  Reader reader(octets("ab"));
  LONGS_EQUAL(0, reader.u32());
  LONGS_EQUAL(0, reader.u8());
  CHECK_FALSE(reader.good());
  LONGS_EQUAL(0, reader.remaining());
}

TEST(Reader, FinishRefusesOctetsThatWereNotRead) {
  Reader reader(octets("abc"));
  reader.skip(2);
  const auto result = reader.finish(1);
  CHECK_FALSE(result.has_value());
  LONGS_EQUAL(2, result.error().offset);
}

TEST(Reader, ANestedPartCannotReadPastItsOwnLength) {
  Reader reader(octets("\x01\x02\x03\x04"));
  const auto result = reader.nested(2, [](Reader& inner) { return inner.u32(); });
  CHECK_FALSE(result.has_value());
  CHECK_FALSE(reader.good());
}

TEST(Reader, ANestedPartMustBeConsumedWhole) {
  Reader reader(octets("\x01\x02\x03\x04"));
  CHECK_FALSE(reader.nested(3, [](Reader& inner) { return inner.u16(); }).has_value());
}

TEST(Reader, ALengthNearTheTopOfSizeDoesNotWrap) {
  Reader reader(octets("ab"));
  reader.skip(1);
  CHECK(reader.take(SIZE_MAX).empty());
  CHECK_FALSE(reader.good());
}

TEST_GROUP(Writer) { std::array<std::byte, 8> buffer{}; };

TEST(Writer, PatchesALengthWhenItIsClosed) {
  Writer writer(buffer);
  const auto place = writer.open_u16();
  writer.u8(7);
  writer.u8(8);
  writer.close_u16(place);
  CHECK(writer.good());
  STRNCMP_EQUAL("\x00\x02\x07\x08", as_text(writer.written()).data(), 4);
}

TEST(Writer, OverflowMarksItBadAndWritesNothingBeyond) {
  Writer writer(std::span<std::byte>(buffer).first(3));
  writer.u32(0xFFFFFFFF);
  CHECK_FALSE(writer.good());
  CHECK(buffer[3] == std::byte{0});
}
