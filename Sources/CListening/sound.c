/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sound.h"

#include <math.h>

/*
 * A sum of sinusoids obeys a symmetric difference equation: x[n] + x[n-2] = 2 cos(w) x[n-1] for one; for two,
 * x[n] + x[n-4] - 2 (c1 + c2) (x[n-1] + x[n-3]) + (2 + 4 c1 c2) x[n-2] = 0 (c: cosines). The least squares of it cost six sums
 * a frame and say which frequencies are the candidates. They do not say that there is nothing else: two harmonics side by side
 * obey it nearly as well. So a candidate is then held against the frame itself, where 20 ms resolve 50 Hz.
 */
enum { LOWEST_HZ = 330, HIGHEST_HZ = 2300 };
/*
 * Two tones of a few hundred Hz differ by little from one sample to the next: every third is looked at, of low ones every sixth.
 * What is above 1333 Hz is mistaken then, and not found in the frame: the keys of a telephone (ITU-T Q.23) among it.
 */
enum { STRIDE = 3, WIDE_STRIDE = 6, WIDE_BELOW_HZ = 650 };
#define SAMPLE_HZ 8000.0f
#define TWO_PI 6.2831853f
#define FIT_RATIO 0.06f  /* of the equation that may be left over before a candidate is given up */
#define TONE_SHARE 0.88f /* of the frame's power, its steady noise taken off, that is in the tones */
#define ALONE 0.98f      /* of the power: there is no second one */
#define SECOND_SHARE 0.03f /* that a second one has, if it is one and no noise */
#define NOISE_SWING 4.0f  /* noise is known by its lowest; for a moment it is that much louder */
#define CODEC_NOISE 1.6e-4f
#define QUIETEST 3e-6f   /* -55 dBov; tones of networks and answering machines have -10 to -30 */
#define EMPHASIS 0.9f
#define RUMBLE 0.4f      /* of the noise that is left with emphasis; of white noise it is 1.8 */

typedef struct {
    float uu, uv, uw, vv, vw, ww; /* u: x[n] + x[n-4], v: x[n-1] + x[n-3], w: x[n-2] */
} sums;

float listening_decibels(float power) { return power > 1e-9f ? 10 * log10f(power) : -90; }

/* Power that sinusoids of these frequencies have in the frame, by least squares; times its length. */
static float power_in(const float x[LISTENING_FRAME], const float hz[2])
{
    int size = hz[1] > 0 ? 4 : 2;
    float gram[4][5] = {{0}};
    float state[4], turn[4];
    for (int i = 0; i < size; i += 2) {
        float w = TWO_PI * hz[i / 2] / SAMPLE_HZ;
        state[i] = 1;
        state[i + 1] = 0;
        turn[i] = cosf(w);
        turn[i + 1] = sinf(w);
    }
    for (int n = 0; n < LISTENING_FRAME; n++) {
        for (int i = 0; i < size; i++) {
            for (int j = i; j < size; j++) gram[i][j] += state[i] * state[j];
            gram[i][4] += state[i] * x[n];
        }
        for (int i = 0; i < size; i += 2) {
            float real = state[i] * turn[i] - state[i + 1] * turn[i + 1];
            state[i + 1] = state[i] * turn[i + 1] + state[i + 1] * turn[i];
            state[i] = real;
        }
    }
    /* Cholesky's way: the power in the span of the base is |y|^2 where L y = right side. */
    float captured = 0, lower[4][4], right[4];
    for (int i = 0; i < size; i++) {
        for (int j = 0; j <= i; j++) {
            float sum = gram[j][i];
            for (int k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
            if (i == j) {
                if (sum < 1e-2f) return 0; /* two tones that 20 ms cannot tell apart */
                lower[i][i] = sqrtf(sum);
            } else {
                lower[i][j] = sum / lower[j][j];
            }
        }
        right[i] = gram[i][4];
        for (int k = 0; k < i; k++) right[i] -= lower[i][k] * right[k];
        right[i] /= lower[i][i];
        captured += right[i] * right[i];
    }
    return captured;
}

/* Noise draws a candidate aside: the top of the parabola through three powers is nearer to the tone. */
static float refine(const float x[LISTENING_FRAME], float hz[2], int which)
{
    float beside = hz[which], step = 20, at[3];
    for (int i = 0; i < 3; i++) {
        hz[which] = beside + (float)(i - 1) * step;
        at[i] = power_in(x, hz);
    }
    float bend = at[0] - 2 * at[1] + at[2];
    float move = bend < 0 ? 0.5f * (at[0] - at[2]) / bend * step : 0;
    hz[which] = beside + (move > 2 * step ? 2 * step : move < -2 * step ? -2 * step : move);
    return power_in(x, hz);
}

/*
 * Share of what is there beside the noise that the tones have; 0 when they are not nearly all of it. Their frequencies are made
 * exact.
 */
static float share_of(const float x[LISTENING_FRAME], float hz[2], float power, float noise)
{
    float all = power * LISTENING_FRAME, beside_noise = (power - NOISE_SWING * noise) * LISTENING_FRAME;
    float captured = power_in(x, hz);
    if (captured < 0.3f * all) return 0;
    if (captured < ALONE * all || noise > 0.01f * power) {
        captured = refine(x, hz, 0);
        if (hz[1] > 0) {
            refine(x, hz, 1);
            refine(x, hz, 0);
            captured = refine(x, hz, 1);
        }
    }
    return captured > TONE_SHARE * beside_noise ? captured / all : 0;
}

static float frequency(float cosine) { return acosf(cosine) * SAMPLE_HZ / TWO_PI; }
static bool in_range(float hz) { return hz >= LOWEST_HZ && hz <= HIGHEST_HZ; }

/* Frequency of one tone; 0: it is none. */
static float one_candidate(const sums *s, float noise)
{
    float ww = s->ww - noise;
    if (ww <= 0) return 0;
    float a = s->vw / ww;
    if (a <= -2 || a >= 2) return 0;
    float left = s->vv - 2 * noise - a * s->vw;
    if (left > FIT_RATIO * (2 + a * a) * ww) return 0;
    float hz = frequency(a / 2);
    return in_range(hz) ? hz : 0;
}

static bool two_candidates(const sums *s, float noise, int stride, float hz[2])
{
    float vv = s->vv - 2 * noise, ww = s->ww - noise;
    float determinant = vv * ww - s->vw * s->vw;
    if (determinant <= 1e-4f * vv * ww) return false;
    float b = (s->uw * s->vw - s->uv * ww) / determinant, c = (s->uv * s->vw - s->uw * vv) / determinant;
    float left = s->uu - 2 * noise + b * s->uv + c * s->uw;
    if (left > FIT_RATIO * (2 + 2 * b * b + c * c) * ww) return false;
    float half = -b / 4, root = half * half - (c - 2) / 4; /* the cosines: sum 2 half, product (c - 2) / 4 */
    if (root <= 0) return false;
    root = sqrtf(root);
    if (half + root >= 1 || half - root <= -1) return false;
    hz[0] = frequency(half + root) / (float)stride;
    hz[1] = frequency(half - root) / (float)stride;
    return in_range(hz[0]) && in_range(hz[1]) && hz[1] - hz[0] > 25;
}

/* Mean square and first autocorrelation. */
static float power_of(const float x[LISTENING_FRAME], float *slope)
{
    float squares[8] = {0}, neighbours[8] = {0}, power = 0, beside = 0;
    for (int n = 0; n < LISTENING_FRAME; n += 8)
        for (int i = 0; i < 8; i++) squares[i] += x[n + i] * x[n + i];
    for (int n = 0; n + 8 < LISTENING_FRAME; n += 8)
        for (int i = 0; i < 8; i++) neighbours[i] += x[n + i] * x[n + i + 1];
    for (int i = 0; i < 8; i++) {
        power += squares[i];
        beside += neighbours[i];
    }
    for (int n = LISTENING_FRAME - 8; n + 1 < LISTENING_FRAME; n++) beside += x[n] * x[n + 1];
    *slope = power > 0 ? beside / power : 0;
    return power / LISTENING_FRAME;
}

/* Of every stride-th sample. */
static sums sums_of(const float x[LISTENING_FRAME], int stride)
{
    /* Side by side, so that the compiler may use vectors. */
    enum { LANES = 4 };
    float uu[LANES] = {0}, uv[LANES] = {0}, uw[LANES] = {0}, vv[LANES] = {0}, vw[LANES] = {0}, ww[LANES] = {0};
    for (int n = 4 * stride; n < LISTENING_FRAME; n += LANES)
        for (int i = 0; i < LANES; i++) {
            const float *at = x + n + i;
            float u = at[0] + at[-4 * stride], v = at[-stride] + at[-3 * stride], w = at[-2 * stride];
            uu[i] += u * u;
            uv[i] += u * v;
            uw[i] += u * w;
            vv[i] += v * v;
            vw[i] += v * w;
            ww[i] += w * w;
        }
    sums s = {0};
    for (int i = 0; i < LANES; i++) {
        s.uu += uu[i];
        s.uv += uv[i];
        s.uw += uw[i];
        s.vv += vv[i];
        s.vw += vw[i];
        s.ww += ww[i];
    }
    return s;
}

static void find_tones(listening_sound *sound, const float x[LISTENING_FRAME], float power, float noise)
{
    if (power - noise < QUIETEST || power < 6 * noise) return;
    sums s = sums_of(x, 1);
    /* Steady noise, and that of the codec, 38 dB below whatever it carries. */
    float all_noise = noise + power * CODEC_NOISE;
    float one[2] = {one_candidate(&s, all_noise * (LISTENING_FRAME - 4)), 0}, two[2];
    float share = one[0] > 0 ? share_of(x, one, power, noise) : 0;
    if (share > 0) sound->hz[0] = one[0];
    if (share > ALONE) return;
    /* Two that are 40 Hz apart look like one for as long as they beat together. */
    s = sums_of(x, STRIDE);
    if (!two_candidates(&s, all_noise * (LISTENING_FRAME - 4 * STRIDE), STRIDE, two)) return;
    if (two[1] < WIDE_BELOW_HZ) {
        float nearer[2];
        s = sums_of(x, WIDE_STRIDE);
        if (two_candidates(&s, all_noise * (LISTENING_FRAME - 4 * WIDE_STRIDE), WIDE_STRIDE, nearer)) {
            two[0] = nearer[0];
            two[1] = nearer[1];
        }
    }
    if (share_of(x, two, power, noise) > share + SECOND_SHARE) {
        sound->hz[0] = two[0];
        sound->hz[1] = two[1];
    }
}

listening_sound listening_analyse(const int16_t samples[LISTENING_FRAME], float noise, float emphasized_noise)
{
    float x[LISTENING_FRAME];
    for (int i = 0; i < LISTENING_FRAME; i++) x[i] = (float)samples[i] * (1 / 32768.0f);
    listening_sound sound = {0};
    sound.power = power_of(x, &sound.slope);
    sound.emphasized = sound.power * (1 + EMPHASIS * EMPHASIS - 2 * EMPHASIS * sound.slope);
    if (emphasized_noise > RUMBLE * noise) {
        find_tones(&sound, x, sound.power, noise);
    } else {
        /* Cars: most of the noise is lower than any tone. */
        float y[LISTENING_FRAME] = {x[0] * (1 - EMPHASIS)}, slope;
        for (int i = 1; i < LISTENING_FRAME; i++) y[i] = x[i] - EMPHASIS * x[i - 1];
        y[0] = y[1];
        find_tones(&sound, y, power_of(y, &slope), emphasized_noise);
    }
    return sound;
}
