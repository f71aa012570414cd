#ifndef CCURL_H
#define CCURL_H

// curl's type-checking macros want constants where we pass parameters.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Finds libcurl and its functions. NULL: all others may be called; else why there is none. Any thread, any number of times.
const char *ccurl_load(void);

CURLcode ccurl_global_init(long flags);
CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *handle);
CURLcode ccurl_easy_pause(CURL *handle, int bitmask);
const char *ccurl_easy_strerror(CURLcode code);
void ccurl_free(void *memory);
CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *handle);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *handle);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int timeout_ms, int *ready);
CURLMcode ccurl_multi_wakeup(CURLM *multi);
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left);
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);
CURLU *ccurl_url(void);
void ccurl_url_cleanup(CURLU *url);
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **value, unsigned int flags);
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *value, unsigned int flags);
const char *ccurl_url_strerror(CURLUcode code);

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call: one function for each type
// of argument.
typedef size_t (*ccurl_data_function)(char *bytes, size_t size, size_t count, void *context);

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode ccurl_set_function(CURL *handle, CURLoption option, ccurl_data_function value);
// CURLOPT_SEEKFUNCTION.
CURLcode ccurl_set_seek_function(CURL *handle, int (*value)(void *context, curl_off_t offset, int origin));
CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode ccurl_get_string(CURL *handle, CURLINFO info, const char **value);
CURLcode ccurl_get_pointer(CURL *handle, CURLINFO info, void **value);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);

// What a finished transfer's message says; `data` is a union, which Swift shows awkwardly.
static inline CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}

// What a write callback answers to pause and to give up; macros with casts. Swift sees size_t as Int.
static const long ccurl_write_pause = CURL_WRITEFUNC_PAUSE;
static const long ccurl_write_error = -1;
// What a read callback answers to give up.
static const long ccurl_read_abort = CURL_READFUNC_ABORT;

#endif
