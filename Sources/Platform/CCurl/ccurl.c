#include "ccurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// The soname of the API that the headers are of.
static const char *const soname = "libcurl.so.4";

#define EACH(entry) \
    entry(global_init) \
    entry(easy_init) \
    entry(easy_cleanup) \
    entry(easy_pause) \
    entry(easy_strerror) \
    entry(free) \
    entry(multi_init) \
    entry(multi_cleanup) \
    entry(multi_add_handle) \
    entry(multi_remove_handle) \
    entry(multi_perform) \
    entry(multi_poll) \
    entry(multi_wakeup) \
    entry(multi_info_read) \
    entry(slist_append) \
    entry(slist_free_all) \
    entry(url) \
    entry(url_cleanup) \
    entry(url_get) \
    entry(url_set) \
    entry(url_strerror) \
    entry(easy_setopt) \
    entry(easy_getinfo) \
    entry(multi_setopt)

#define MEMBER(name) __typeof__(curl_##name) *name;
static struct {
    EACH(MEMBER)
} curl;

static char problem[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(problem, sizeof problem, "%s", dlerror());
        return;
    }
#define FIND(symbol) \
    if ((*(void **)&curl.symbol = dlsym(library, "curl_" #symbol)) == NULL && problem[0] == 0) { \
        snprintf(problem, sizeof problem, "%s", dlerror()); \
    }
    EACH(FIND)
}

const char *ccurl_load(void) {
    pthread_once(&once, load);
    return problem[0] == 0 ? NULL : problem;
}

CURLcode ccurl_global_init(long flags) { return curl.global_init(flags); }
CURL *ccurl_easy_init(void) { return curl.easy_init(); }
void ccurl_easy_cleanup(CURL *handle) { curl.easy_cleanup(handle); }
CURLcode ccurl_easy_pause(CURL *handle, int bitmask) { return curl.easy_pause(handle, bitmask); }
const char *ccurl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }
void ccurl_free(void *memory) { curl.free(memory); }
CURLM *ccurl_multi_init(void) { return curl.multi_init(); }
CURLMcode ccurl_multi_cleanup(CURLM *multi) { return curl.multi_cleanup(multi); }
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *handle) { return curl.multi_add_handle(multi, handle); }
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *handle) { return curl.multi_remove_handle(multi, handle); }
CURLMcode ccurl_multi_perform(CURLM *multi, int *running) { return curl.multi_perform(multi, running); }
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int timeout_ms, int *ready) { return curl.multi_poll(multi, extra, count, timeout_ms, ready); }
CURLMcode ccurl_multi_wakeup(CURLM *multi) { return curl.multi_wakeup(multi); }
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) { return curl.multi_info_read(multi, left); }
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) { return curl.slist_append(list, text); }
void ccurl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }
CURLU *ccurl_url(void) { return curl.url(); }
void ccurl_url_cleanup(CURLU *url) { curl.url_cleanup(url); }
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **value, unsigned int flags) { return curl.url_get(url, part, value, flags); }
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *value, unsigned int flags) { return curl.url_set(url, part, value, flags); }
const char *ccurl_url_strerror(CURLUcode code) { return curl.url_strerror(code); }

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) { return curl.easy_setopt(handle, option, value); }
CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) { return curl.easy_setopt(handle, option, value); }
CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) { return curl.easy_setopt(handle, option, value); }
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) { return curl.easy_setopt(handle, option, value); }
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) { return curl.easy_setopt(handle, option, value); }
CURLcode ccurl_set_function(CURL *handle, CURLoption option, ccurl_data_function value) { return curl.easy_setopt(handle, option, value); }
CURLcode ccurl_set_seek_function(CURL *handle, int (*value)(void *, curl_off_t, int)) { return curl.easy_setopt(handle, CURLOPT_SEEKFUNCTION, value); }
CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) { return curl.easy_getinfo(handle, info, value); }
CURLcode ccurl_get_string(CURL *handle, CURLINFO info, const char **value) { return curl.easy_getinfo(handle, info, value); }
CURLcode ccurl_get_pointer(CURL *handle, CURLINFO info, void **value) { return curl.easy_getinfo(handle, info, value); }
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl.multi_setopt(multi, option, value); }
