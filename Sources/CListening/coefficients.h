/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made by: try. Do not edit. */
#ifndef LISTENING_COEFFICIENTS_H
#define LISTENING_COEFFICIENTS_H

#include "verdict.h"

/* log(0.2 + spoken); log(0.2 + longest); longest over 1.5, to 4; spoken over 3, to 10; log(phrases); onset; loud share; syllables/s; slope; slope's deviation; slope's swing; level's deviation; toned share; log(0.2 + last); constant */
static const float listening_coefficients[LISTENING_MOMENTS][LISTENING_FEATURES + 1] = {
    [LISTENING_AT_PAUSE] = {2.4639f, -2.4796f, 2.5548f, 1.2387f, 0.6644f, 0.30544f, 0.74891f, -0.042697f, 2.3075f, 3.3995f, -0.97371f, -5.3624f, 5.8963f, 0.35434f, -4.2964f},
    [LISTENING_IN_SPEECH] = {5.6872f, -0.024878f, 1.1091f, -0.63532f, -1.4711f, -0.4332f, -0.70117f, 0.69079f, -0.59547f, 1.9663f, -3.2031f, -4.3476f, -2.1296f, -1.202f, -3.0787f},
    [LISTENING_AT_END] = {4.1511f, -3.5037f, 0.5673f, -0.34525f, -0.99068f, 0.12139f, -2.1941f, 0.15541f, -0.66529f, -0.49552f, 3.6754f, 0.13614f, -9.654f, 0.18366f, -1.0252f},
    [LISTENING_NO_SPEECH_AT_PAUSE] = {0.98408f, 1.2556f, 0.80382f, -0.45355f, 0.82574f, 0.62678f, 10.52f, -1.4549f, -5.8518f, -9.4069f, -28.375f, -7.5782f, 12.787f, -0.076148f, 1.3012f},
    [LISTENING_NO_SPEECH_IN_SPEECH] = {0.4009f, 1.4042f, 0.2615f, -0.18488f, 0.58992f, 0.81828f, 9.0601f, -0.94649f, -5.3991f, -6.1207f, -40.551f, -5.1433f, 18.949f, -0.255f, 1.5848f},
};

#endif
