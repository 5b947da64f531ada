#include "dsc/read_layers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/fakes/temporary_directory.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve::dsc;

TEST_GROUP(ReadLayers) {
  portreeve::fakes::TemporaryDirectory temporary;
  const std::filesystem::path root = temporary.path();

  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name) << content;
  }
  // "directory/name=content" or "directory/name!reason", in order. Of the names, one that ends in ".dsc" is a file.
  [[nodiscard]] std::string read(const std::vector<std::string>& names) const {
    std::vector<LayerPlace> places;
    for (const std::string& name : names) places.push_back({(root / name).string(), name.ends_with(".dsc")});
    std::string text;
    for (const SourceFile& file : read_drop_ins(places)) {
      const std::string path = file.path.substr(root.string().size() + 1);
      text += (text.empty() ? "" : " ") + path + (file.unreadable.empty() ? "=" + file.content : "!" + file.unreadable);
    }
    return text;
  }
};

TEST(ReadLayers, ComeInOrderOfLayerAndName) {
  write("usr/20.xml", "a");
  write("usr/10.xml", "b");
  write("etc/05.xml", "c");
  STRCMP_EQUAL("usr/10.xml=b usr/20.xml=a etc/05.xml=c", read({"usr", "etc"}).c_str());
}

TEST(ReadLayers, AFileHidesThoseOfTheSameNameBelow) {
  write("usr/10.xml", "a");
  write("usr/20.xml", "b");
  write("etc/10.xml", "c");
  write("run/10.xml", "d");
  STRCMP_EQUAL("usr/20.xml=b run/10.xml=d", read({"usr", "etc", "run"}).c_str());
}

TEST(ReadLayers, OtherNamesAreIgnored) {
  write("etc/readme.txt", "a");
  write("etc/.10.xml", "b");
  write("etc/10.xml~", "c");
  write("etc/10.XML", "d");
  STRCMP_EQUAL("", read({"etc"}).c_str());
}

TEST(ReadLayers, AMissingDirectoryIsEmpty) { STRCMP_EQUAL("", read({"nowhere"}).c_str()); }

TEST(ReadLayers, WhatIsNoReadableFileSaysWhy) {
  write("etc/b.xml/x", "");
  std::filesystem::create_symlink("gone", root / "etc/c.xml");
  CHECK_EQUAL(0, mkfifo((root / "etc/d.xml").c_str(), 0600));
  std::filesystem::create_symlink("/dev/zero", root / "etc/e.xml");
  std::filesystem::create_symlink("f.xml", root / "etc/f.xml");
  STRCMP_EQUAL(
      "etc/b.xml!it is a directory etc/c.xml!it is a link to a file that does not exist etc/d.xml!it is not a regular "
      "file "
      "etc/e.xml!it is not a regular file etc/f.xml!Too many levels of symbolic links",
      read({"etc"}).c_str());
}

TEST(ReadLayers, ALinkToAFileIsThatFile) {
  write("elsewhere/real", "content");
  std::filesystem::create_directory(root / "etc");
  std::filesystem::create_symlink(root / "elsewhere/real", root / "etc/a.xml");
  STRCMP_EQUAL("etc/a.xml=content", read({"etc"}).c_str());
}

TEST(ReadLayers, ADirectoryThatIsNoneIsAnEntry) {
  write("etc", "a file");
  STRCMP_EQUAL("etc!Not a directory", read({"etc"}).c_str());
}

TEST(ReadLayers, AFileWithoutReadPermissionSaysSo) {
  if (geteuid() == 0) {
    // Root reads everything but what the kernel refuses; another user does not.
    CHECK_EQUAL(0, seteuid(65534));
  }
  // Of the user who reads: nobody else may enter a temporary directory.
  const portreeve::fakes::TemporaryDirectory own;
  const std::filesystem::path directory = own.path();
  std::ofstream(directory / "a.xml") << "secret";
  CHECK_EQUAL(0, chmod((directory / "a.xml").c_str(), 0));
  const std::array places = {LayerPlace{directory.string()}};
  STRCMP_EQUAL("Permission denied", read_drop_ins(places).at(0).unreadable.c_str());
  CHECK_EQUAL(0, seteuid(getuid()));
}

TEST(ReadLayers, AHundredMegabytesAreRefusedUnread) {
  write("etc/a.xml", "");
  CHECK_EQUAL(0, truncate((root / "etc/a.xml").c_str(), 100'000'000));
  STRCMP_EQUAL("etc/a.xml!it is larger than the 16777216 octets (16 MiB) that are allowed", read({"etc"}).c_str());
}

TEST(ReadLayers, SixteenMebibytesAreRead) {
  write("etc/a.xml", "");
  CHECK_EQUAL(0, truncate((root / "etc/a.xml").c_str(), 16 << 20));
  const std::array places = {LayerPlace{(root / "etc").string()}};
  LONGS_EQUAL(16 << 20, read_drop_ins(places).at(0).content.size());
}

TEST(ReadLayers, AFileThatIsNotThereIsNone) {
  CHECK_FALSE(read_source_file((root / "user.xml").string()).has_value());
  write("user.xml", "content");
  STRCMP_EQUAL("content", read_source_file((root / "user.xml").string())->content.c_str());
}

TEST(ReadLayers, OneFileCanBeALayerAmongThem) {
  write("usr/10.xml", "a");
  write("credentials/portreeve.dsc", "b");
  write("run/10.xml", "c");
  write("run/05.xml", "d");
  STRCMP_EQUAL("credentials/portreeve.dsc=b run/05.xml=d run/10.xml=c",
               read({"usr", "credentials/portreeve.dsc", "run"}).c_str());
}

TEST(ReadLayers, AFileHasItsOwnNameAndItsWholePath) {
  write("credentials/portreeve.dsc", "a");
  const std::array places = {LayerPlace{(root / "credentials/portreeve.dsc").string(), true}};
  const SourceFile file = read_drop_ins(places).at(0);
  STRCMP_EQUAL("portreeve.dsc", file.name.c_str());
  STRCMP_EQUAL(places[0].path.c_str(), file.path.c_str());
}

TEST(ReadLayers, AFileThatIsEmptyOrNotThereIsNoLayer) {
  write("empty.dsc", "");
  STRCMP_EQUAL("", read({"empty.dsc", "none.dsc"}).c_str());
}

TEST(ReadLayers, AFileThatCannotBeReadSaysWhy) {
  write("portreeve.dsc/x", "");
  STRCMP_EQUAL("portreeve.dsc!it is a directory", read({"portreeve.dsc"}).c_str());
}
