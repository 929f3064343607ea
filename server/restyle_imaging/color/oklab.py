"""Owns colour as people see it: Oklab, the content's colours kept, the style recoloured.

Sources: Björn Ottosson 2020, "A perceptual color space for image processing"; Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style Transfer",
section 5 (luminance only; mean and covariance).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..resample.guided import smoothed
from . import srgb

TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], np.float32
)
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]], np.float32
)
FROM_LMS = np.linalg.inv(TO_LMS.astype(np.float64)).astype(np.float32)
FROM_LAB = np.linalg.inv(TO_LAB.astype(np.float64)).astype(np.float32)

CHROMA_RADIUS = 1 / 64  # of the longer side: chroma finer than this is the painting's own
CHROMA_EPSILON = 1e-3  # variance of the guide: colours must not run over contrasts above about 0.03
PAINT_CHROMA = 0.25  # share of the painting's fine chroma that stays: strokes differ in colour a little, regions don't
GAMUT_STEPS = 10  # halvings: chroma to 1/1000, under half a step of 8 bits
FLATTEST = 1e-5  # variance (sRGB-encoded), about (1/320)²: a style flatter than 8 bits can show has no contrast to scale up


def to_oklab(rgb: Floats) -> Floats:
    """sRGB-encoded RGB (…, 3) to Oklab (…, 3): L 0–1, a and b about ±0.4."""
    return np.asarray(np.cbrt(srgb.decode(rgb) @ TO_LMS.T) @ TO_LAB.T, np.float32)


def from_oklab(lab: Floats) -> Floats:
    """Oklab (…, 3) to sRGB-encoded RGB (…, 3), unbounded."""
    return srgb.encode(np.asarray((lab @ FROM_LAB.T) ** 3 @ FROM_LMS.T, np.float32))


def with_content_color(result: Floats, content: Floats, mix: float = 1.0) -> Floats:
    """The painting in the content's colours: luminance from result, low-frequency chroma from content, edges as in the content.

    result, content: (h, w, 3) float32, sRGB-encoded, 0–1, of one size (the work size). mix: 0 gives result, 1 the full effect. Returns 0–1: chroma that the
    luminance
    has no room for is reduced, hue kept.
    """
    if mix <= 0:
        return result
    painted, original = to_oklab(result), to_oklab(content)
    radius = max(1, round(CHROMA_RADIUS * max(result.shape[:2])))
    chroma = smoothed(content, original[..., 1:], radius, CHROMA_EPSILON)
    fine = painted[..., 1:] - smoothed(content, painted[..., 1:], radius, CHROMA_EPSILON)
    wanted = chroma + PAINT_CHROMA * fine
    blended = painted[..., 1:] + mix * (wanted - painted[..., 1:])
    return into_gamut(np.concatenate((painted[..., :1], blended), axis=-1).astype(np.float32))


def into_gamut(lab: Floats) -> Floats:
    """Oklab (…, 3) to sRGB-encoded RGB in 0–1: where a colour has no room, its chroma shrinks until it has; luminance and hue stay."""
    lab = lab.copy()
    lab[..., 0] = np.clip(lab[..., 0], 0, 1)
    rgb = from_oklab(lab)
    out = ~_inside(rgb)
    if out.any():
        low, high = np.zeros(int(out.sum()), np.float32), np.ones(int(out.sum()), np.float32)
        colors = lab[out]
        for _ in range(GAMUT_STEPS):
            middle: Floats = (low + high) / np.float32(2)
            fits = _inside(from_oklab(_paled(colors, middle)))
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        rgb[out] = from_oklab(_paled(colors, low))
    return np.clip(rgb, 0, 1)


def matched(style: Floats, content: Floats, style_alpha: Floats | None = None, content_alpha: Floats | None = None) -> Floats:
    """The style with the content's mean colour and covariance: x' = B·(x − μ_s) + μ_c, B = Σ_c^½·Σ_s^−½ (Gatys et al. 2017, section 5.1), clipped to 0–1.

    style (h, w, 3), content (H, W, 3) float32, sRGB-encoded, 0–1; alphas weigh the statistics. A style without contrast becomes the content's mean colour.
    """
    style_mean, style_covariance = _moments(style, style_alpha)
    content_mean, content_covariance = _moments(content, content_alpha)
    transfer = _root(content_covariance, 0.5) @ _root(style_covariance, -0.5)
    return np.clip((style - style_mean) @ transfer.T + content_mean, 0, 1).astype(np.float32)


def mixed(plain: Floats, colored: Floats, mix: float) -> Floats:
    """plain at mix 0, colored at mix 1, straight between them."""
    return plain if mix <= 0 else colored if mix >= 1 else (plain + np.float32(mix) * (colored - plain)).astype(np.float32)


def _inside(rgb: Floats) -> NDArray[np.bool_]:
    return np.asarray(((rgb >= -1e-4) & (rgb <= 1 + 1e-4)).all(axis=-1))


def _paled(lab: Floats, share: Floats) -> Floats:
    return np.concatenate((lab[..., :1], lab[..., 1:] * share[..., None]), axis=-1)


def _moments(rgb: Floats, alpha: Floats | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pixels = rgb.reshape(-1, 3).astype(np.float64)
    weight = np.ones(len(pixels)) if alpha is None or not alpha.any() else alpha.reshape(-1).astype(np.float64)
    weight = weight / weight.sum()
    mean = weight @ pixels
    centred = pixels - mean
    return mean, (centred * weight[:, None]).T @ centred


def _root(covariance: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    floor = FLATTEST if power < 0 else 0.0
    scaled = np.where(values > floor, np.maximum(values, 1e-12) ** power, 0.0)
    return np.asarray((vectors * scaled) @ vectors.T)
