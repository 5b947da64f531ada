#include "firmware/appliance/layer_places.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using portreeve::appliance::layer_places;

TEST_GROUP(LayerPlaces){// Paths, lowest layer first; a file's in parentheses.
                        static std::string places(const std::vector<std::string>& directories,
                                                  const std::string& credentials){std::string text;
for (const auto& [path, is_file] : layer_places(directories, credentials)) {
  text += (text.empty() ? "" : " ") + (is_file ? "(" + path + ")" : path);
}
return text;
}
}
;

TEST(LayerPlaces, WithoutCredentialsAreTheDirectories) {
  STRCMP_EQUAL("/usr/a /run/a", places({"/usr/a", "/run/a"}, "").c_str());
}

TEST(LayerPlaces, TheCredentialIsBelowALastDirectoryUnderRun) {
  STRCMP_EQUAL("/usr/a /etc/a (/c/portreeve.dsc) /run/a", places({"/usr/a", "/etc/a", "/run/a"}, "/c").c_str());
  STRCMP_EQUAL("(/c/portreeve.dsc) /run", places({"/run"}, "/c").c_str());
}

TEST(LayerPlaces, ElseTheCredentialIsAboveAll) {
  STRCMP_EQUAL("/run/a /etc/a (/c/portreeve.dsc)", places({"/run/a", "/etc/a"}, "/c").c_str());
  STRCMP_EQUAL("/running (/c/portreeve.dsc)", places({"/running"}, "/c").c_str());
}
