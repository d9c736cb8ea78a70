/* For files that start threads. */
#ifndef PIPEWORK_THREAD_SYMBOLS_H
#define PIPEWORK_THREAD_SYMBOLS_H

#include <pthread.h>

/* glibc 2.34 gave these a new version when it moved them; the old one is the same function and runs on older systems. */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_join, pthread_join@GLIBC_2.2.5");
__asm__(".symver pthread_sigmask, pthread_sigmask@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.17");
__asm__(".symver pthread_join, pthread_join@GLIBC_2.17");
__asm__(".symver pthread_sigmask, pthread_sigmask@GLIBC_2.17");
#endif

#endif
