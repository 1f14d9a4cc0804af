"""The lecture that comes with the program: twenty minutes on the five lectures, each claim measured when it is written.

`python -m dashboard.lecture` writes assets/lecture.json. For another pair of models it is measured anew, on that pair.
"""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import quote

import numpy as np

from dashboard.lecture.claims import COARSE, COMPARED, FIRST, MANY, Claims, found, row, sure
from dashboard.lecture.lecture import text_of
from dashboard.lecture.scenes import Scene, explore, inspect, lab, learn
from dashboard.shared.links import state_of
from dashboard.shared.wording import apart, number, percent, plus_minus
from dashboard.stock import measures
from dashboard.stock.material import Material

TITLE = "Variational autoencoders in two dimensions"
_RADIUS = 2.0
_LEG = 1.5  # seconds from one stop of a path to the next
_MARGIN = 1.1  # of a view in which all codes are in sight
_TOUR = (1, 7, 9, 3, 2, 6, 0)


def lecture(material: Material) -> str:
    """The text of the lecture's file. Raises EngineError where a claim no longer holds."""
    scenes = _scenes(material)
    for _, claims in scenes:
        for claim, holds in claims.items():
            sure(holds, claim)
    return text_of(TITLE, [scene for scene, _ in scenes])


def lecture_about(material: Material) -> str:
    """The text of the lecture measured on another pair of models: the scenes whose claims hold of it, as its title says."""
    scenes = _scenes(material)
    held = [scene for scene, claims in scenes if all(claims.values())]
    pair = f"{material.vae.name} and {material.ae.name}"
    return text_of(f"{TITLE}: {len(held)} of {len(scenes)} scenes, those that hold of {pair}", held)


def _scenes(material: Material) -> list[Scene]:
    claims = Claims(material)
    return [scene for part in (_model, _before, _inference, _gradient, _quality) for scene in part(claims)]


def _model(claims: Claims) -> list[Scene]:
    vae = claims.vae
    agree = vae["latent"]["knn_accuracy"]
    differ = measures.changed_pixels(claims.material, claims.material.mu[FIRST])
    a, b, in_z, in_pixels = claims.walk
    prior, aggregate = measures.prior_within(_RADIUS), measures.aggregate_within(claims.material, _RADIUS)
    ends = quote(f"i{a};i{b}", safe="")
    places = [(claims.material.mu[one], claims.material.codes[one]) for one in (a, b)]
    walk = [f"{state_of(mode='walk', z=place)}&ends={ends}&t={t}" for place, t in zip(places, (0, 1), strict=True)]
    tour = [state_of(mode="move", z=place) for place in claims.typical(_TOUR)]
    return [
        explore(
            claims,
            f"Two numbers tell the ten digits apart: {percent(agree)} lie among their own",
            0.75,
            tour[0],
            "Each dot is one of ten thousand images that the networks have not been trained on, and its colour is its digit. The "
            f"ten nearest codes name the right digit for {percent(agree, 1)} of the images. No label was used in training. "
            "The path visits the middles of some digits: watch the picture change while the point moves.",
            path=[(one, _LEG) for one in tour[1:]],
        ),
        learn(
            claims,
            f"One z, two pictures: they differ in {differ:.0f} of 784 pixels on average",
            1.0,
            f"latent-variable#image={FIRST}",
            "A picture begins as two numbers, drawn from the prior. The decoder turns them into 784 coins, one for each pixel. "
            f"Tossed twice at the code of the first test image, as on screen, they differ in {differ:.0f} pixels on average, "
            "nearly all of them along the edge of the stroke. Ask the room what the decoder's output is: no picture, but "
            "probabilities.",
        ),
        explore(
            claims,
            f"Half way in z {in_z:.0f} pixels are undecided, half way in pixels {in_pixels:.0f}",
            0.75,
            walk[0],
            "We walk from a zero to a six. In the rows of the models every step is decoded from a point between the two "
            f"codes; in the last row the pixels are mixed. Half way {in_z:.0f} pixels of the VAE have a chance of ink "
            f"between one and three quarters; of the two images mixed, {in_pixels:.0f} pixels are neither ink nor paper. "
            "That is what a latent space is for.",
            path=[(walk[1], 6)],
            holds={"half way in z fewer pixels are undecided than half way in pixels": in_z < in_pixels},
        ),
        learn(
            claims,
            f"{percent(prior)} of the prior lies within 2 of the middle, but {percent(aggregate)} of the images",
            0.75,
            "manifold",
            "Decode a grid of z and you see everything that the decoder can draw. The prior says how much of the sheet is used, "
            "the aggregate posterior how much really is. They should agree, and do not quite: over the whole plane they are "
            f"{number(vae['latent']['aggregate_kl'])} nats apart. Some draws from the prior land where no image is.",
            holds={"the prior has more mass near the middle than the images": prior > aggregate},
        ),
    ]


def _before(claims: Claims) -> list[Scene]:
    log_px = float(claims.material.truths.log_px[FIRST])
    error = claims.lattice_error
    classes, vaes = claims.classes_beside_vaes
    low, high = min(vaes.values()), max(vaes.values())
    ahead = [name for name, value in vaes.items() if value > classes]
    sleep = row(found("wake-sleep"), "ELBO after", N_z=2)
    lead, spread = sleep["AEVB's lead on test"], (sleep["least of the seeds"], sleep["greatest"])
    width = measures.posterior_widths(claims.material, FIRST)
    return [
        learn(
            claims,
            f"The posterior is a needle: a grid of {COARSE} by {COARSE} points misses it by {abs(error):.0f} nats",
            1.0,
            f"posterior#n={COARSE}&image={FIRST}",
            "Which z could have made this image? Bayes' rule needs an integral over the plane. "
            f"Summed over {COARSE} by {COARSE} points it is off by {number(error, 1)} nats for the first image, whose "
            f"log p(x) is {number(log_px, 1)}. The points are {10 / COARSE:g} apart, while along the axes its posterior "
            f"has standard deviations of {width[0]:.3f} and {width[1]:.3f}. In two dimensions a finer grid helps; in twenty "
            "none is fine enough.",
            holds={"the coarse lattice gives too little": error < 0},
        ),
        lab(
            f"Before VAEs: 500 classes by exact EM reach {number(classes, 0)} nats, {len(vaes)} VAEs of two numbers "
            f"{number(low, 0)} to {number(high, 0)}",
            0.75,
            "log-linear-em",
            "classes",
            "With a discrete z the posterior is a sum, and EM is exact: it climbs at every step. With 500 classes and "
            f"as many sets of weights it reaches {number(classes, 0)} nats on test. That is more than "
            f"{len(vaes) - len(ahead)} of the {len(vaes)} VAEs on the chart have, each with two continuous numbers; ahead of it: "
            f"{' and '.join(ahead)}. Each class has to be counted; twenty binary latents would be a million of them.",
            holds={"some of the VAEs are above the mixture of 500 classes and some below": low < classes < high},
        ),
        lab(
            f"Wake-sleep serves two objectives: with {sleep['N_z']} latent dimensions it stays {lead:.0f} nats behind",
            0.75,
            "wake-sleep",
            f"elbo-{sleep['N_z']}",
            "Wake-sleep trains the decoder on real images and the encoder on dreams: two objectives, of which "
            f"the second learns from pictures that do not exist. With two latent dimensions the VAE's bound is {number(lead, 1)} "
            f"nats above it, the least lead of the seeds is {number(spread[0], 1)} and the greatest {number(spread[1], 1)}. "
            "One objective for both networks is the idea of all that follows.",
            holds={"AEVB is above wake-sleep in every seed": spread[0] > 0},
        ),
    ]


def _inference(claims: Claims) -> list[Scene]:
    truths, vae = claims.material.truths, claims.vae
    total, worst = len(truths.gap), claims.misjudged
    several, image = claims.several_modes, claims.ambiguous
    of_first = float(truths.log_px[FIRST]), float(truths.elbo[FIRST])
    lost, log_px, elbo = (float(values[worst]) for values in (truths.gap, truths.log_px, truths.elbo))
    best = f"{inspect(claims, worst)}&q=best"
    gap = plus_minus(vae["gap"], vae["gap_se"])
    modes = int(truths.modes[image])
    others = "the other" if modes == 2 else "the others"
    told = {"some posteriors have two modes or more": modes >= 2 and several > 0}
    return [
        learn(
            claims,
            f"One Gaussian takes one mode, and gives up {others}",
            1.0,
            f"fit-q#image={image}&q=best",
            "Variational inference replaces the posterior by a shape that we can handle, here a Gaussian. The best one lies on "
            f"one of the {modes} modes of this image. Drag it over the others: the KL punishes q wherever the posterior has no "
            f"mass. If a posterior had two equal ones, that would cost the logarithm of two, {number(float(np.log(2)))} nats.",
            holds=told,
        ),
        explore(
            claims,
            f"The posterior of this image has {modes} modes; for {percent(several / total)} of the images it has more than one",
            0.75,
            inspect(claims, image),
            f"This is test image {image}, the first whose posterior has more than one mode: it has {modes}, so many places in "
            f"the plane could have made it. There are {several:,} such images among {total:,}. Under the lens you see the exact "
            "posterior, and q on it. Only two dimensions allow this picture.",
            holds=told,
        ),
        learn(
            claims,
            f"What the ELBO lacks is a KL: {apart(*of_first)} nats for this image, {number(vae['gap'])} on average",
            1.0,
            f"identity#image={FIRST}&q=encoder",
            "The evidence is the bound plus the KL from q to the posterior: an identity, and no approximation. Move q, and only "
            f"the border between the two moves. On the test images the bound is {plus_minus(vae['elbo'], vae['elbo_se'])} nats, "
            f"the truth {plus_minus(vae['log_px_exact'], vae['log_px_exact_se'])}, the gap {gap}. "
            "A larger ELBO may mean a better model or a better q.",
        ),
        learn(
            claims,
            f"One network guesses every q: a tenth of the images, this one too, pays {percent(claims.worst_tenth)} of the gap",
            1.0,
            f"amortisation#image={worst}",
            "To fit a q to each image by hand would take forever, so one network guesses it. "
            f"Half of the images lose less than {number(float(np.median(truths.gap)))} nats by that. The worst tenth carry "
            f"{percent(claims.worst_tenth)} of the whole gap. There q stands beside the posterior, as with the image on show.",
            holds={"a tenth carry most of the gap, the image on show among them": claims.worst_tenth > 0.5 and claims.pays},
        ),
        explore(
            claims,
            f"On one image the encoder alone is {lost:.0f} nats off",
            0.75,
            inspect(claims, worst),
            f"Image {worst} is the one with a single mode that the encoder misses by most. The truth is {number(log_px, 1)} "
            f"nats, the bound says {number(elbo, 1)}. The ellipse of q stands beside the posterior. "
            "Ask what would help, and press on: the next scene refines q for this image alone.",
        ),
        explore(
            claims,
            "Fitted to this image alone, q finds the mode",
            0.5,
            best,
            f"Nothing of the decoder has changed, and the truth is still {number(log_px, 1)} nats. Only q was moved, from the "
            "encoder's answer to the best Gaussian. The bars say how much of the gap was the encoder's and how much remains.",
        ),
    ]


def _gradient(claims: Claims) -> list[Scene]:
    (here, ratio, centred), (is_less, less) = claims.variance_ratios, claims.a_scatters_less
    trained = found("gradient-estimators")
    names = ("reparameterised", "score function, no baseline", "score function, leave-one-out")
    reparameterised, score, better = (row(trained, "ELBO after", estimator=name)["test ELBO, nats"] for name in names)
    return [
        learn(
            claims,
            f"The formula for the KL does not always help: here it adds noise, as on {percent(less)} of {COMPARED} images",
            0.75,
            f"estimators#image={FIRST}",
            "The bound is an average over q, so draw a few z and take the mean. Estimator A draws everything, B takes the KL "
            f"from its formula. Of the first {COMPARED} test images A scatters less for {percent(less)}. Near the posterior "
            "the noises of its terms cancel; early in training B is the calmer one.",
            holds={"estimator A scatters less on the image on show, and on most": is_less and less > 0.5},
        ),
        learn(
            claims,
            f"Move the dice out of the way: the gradient of this image varies more than {MANY:,} times less",
            1.0,
            f"reparameterisation#image={FIRST}",
            "We need the slope of an average whose draws depend on what we change. Draw the noise once, and let μ and σ "
            f"shift and stretch it. Without that the variance is {ratio:,.0f} times as large, the median of the first five "
            f"test images. With the mean of the other draws as a baseline the median is still {centred:.1f}. On screen "
            "stand the numbers of one image alone, by other draws.",
            holds={
                "the score function's variance is so many times as large, for the image on show, too": min(here, ratio) > MANY,
                "a baseline does not close the distance": centred > 1,
            },
        ),
        lab(
            f"After the same training that is worth {reparameterised - score:.0f} nats",
            0.5,
            "gradient-estimators",
            "elbo",
            f"The same network, the same images, the best learning rate for each. Reparameterised it reaches "
            f"{number(reparameterised, 1)} nats, by the score function without a baseline {number(score, 1)}. "
            f"With the mean of the other draws taken off it is {number(better, 1)}: better, and still behind.",
            holds={"the reparameterised encoder is ahead, and a baseline helps": reparameterised > better > score},
        ),
    ]


def _quality(claims: Claims) -> list[Scene]:
    material, vae = claims.material, claims.vae
    (far_vae, _, far), (_, there, usual) = measures.far_shares(material), claims.far_own
    samplers = (("AE", "N(0, I)"), ("AE", "fitted Gaussian"), ("VAE", "N(0, I)"))
    at_prior, fitted, vae_at_prior = (
        row(found("autoencoders"), "Samplers", **{"trained as": model, "sampled by": sampler})["log p(x), exact, nats"]
        for model, sampler in samplers
    )
    (a, b), drawn, from_own, of_images = claims.left_out
    reach = claims.codes_reach
    low, high = material.ladder[0], material.ladder[-1]
    kls = [one.metrics["kl"] for one in material.ladder]
    layers = row(found("collapse"), "Two layers", training="plain")
    dimensions = found("latent-dimension")
    two, twenty = (row(dimensions, "Nats per image", N_z=n)["ELBO, test"] for n in (2, 20))
    exact = plus_minus(vae["log_px_exact"], vae["log_px_exact_se"])
    usual_image = claims.usual
    truth = float(material.truths.log_px[usual_image])
    active = high.metrics["latent"]["active_units"]
    share = vae["share_is_low_by_1_nat"]
    one_scale = [(0, 0, 2 * _MARGIN * max(reach))] * 2
    tour = [state_of(mode="move", z=place, layers=("points", "prior"), views=one_scale) for place in claims.typical((0, 4, 8, 5))]
    glide = f"{state_of(mode='move', layers=('points', 'prior'))}"
    return [
        learn(
            claims,
            "An autoencoder's own Gaussian lands far from all codes more often than the VAE's prior does",
            1.0,
            "autoencoder",
            "The same networks without the noise and the KL are a plain autoencoder, which stores each image at a point, "
            f"wherever that happens to be. Draws from N(0, I) huddle in the middle of its codes, and {percent(drawn)} are "
            f"nearest to a {a} or a {b}, as {percent(of_images)} of the images are. A Gaussian fitted to its codes draws these "
            f"for {percent(from_own)}, but lands farther from its training codes than {measures.USUAL} % of test codes do for "
            f"{percent(far)}, the VAE's prior for {percent(far_vae)}. Each share is of {measures.FAR_DRAWS:,} draws, as those on "
            "screen are of as many others, and known to about a point. In the Lab an autoencoder has a log p(x) of "
            f"{number(at_prior, 0)} nats by N(0, I) and {number(fitted, 0)} by its own Gaussian, a VAE by N(0, I) "
            f"{number(vae_at_prior, 0)}.",
            holds={
                "N(0, I) draws less than half of those two digits that the images have": drawn < of_images / 2,
                "its own Gaussian draws them": from_own > of_images / 2,
                "its own Gaussian lands far more often than the VAE's prior": far > far_vae,
                "by exact log p(x) its own Gaussian fits an autoencoder better than N(0, I)": fitted > at_prior,
            },
        ),
        learn(
            claims,
            "Where nothing was taught the decoder leaves more pixels undecided",
            0.75,
            "why",
            "Squares mark draws from the Gaussian fitted to the autoencoder's codes, pictured beside the map. Some land where no "
            f"code is: in the median {there:.0f} pixels are undecided there, and {usual:.0f} at the codes. On screen both are "
            "counted over as many other draws. Drag the ring to where nothing was taught, and something is drawn there, too.",
            holds={"more pixels are undecided far from all codes": there > usual},
        ),
        explore(
            claims,
            f"Nothing fixes the scale of an autoencoder's codes: they reach {reach[1]:.0f}, the VAE's {reach[0]:.0f}",
            0.75,
            tour[0],
            "Both maps are on one scale, and every test code is in sight. The VAE's codes live in units of the prior, since the "
            f"KL keeps them there. The autoencoder's reach {number(reach[1], 1)} from the origin, the VAE's "
            f"{number(reach[0], 1)}. Train it again, and the plane is another one.",
            path=[(one, _LEG) for one in tour[1:]],
            holds={"the autoencoder's codes reach farther": reach[1] > reach[0]},
        ),
        explore(
            claims,
            f"Raise β from {low.train.beta:g} to {high.train.beta:g}, and the KL falls from {number(kls[0])} to "
            f"{number(kls[-1])} nats",
            1.0,
            glide,
            "The same network, trained eight times, each time with another price on the KL. At β = 0 the codes fly apart, and "
            f"the KL is {number(kls[0])} nats. With every step it falls, to {number(kls[-1])} at β = {high.train.beta:g}. "
            f"The reconstruction pays for it: its term goes from {number(low.metrics['nll'], 1)} to "
            f"{number(high.metrics['nll'], 1)}.",
            models=(low.name, material.ae.name),
            path=[(glide, _LEG, (one.name, material.ae.name)) for one in material.ladder[1:]],
            holds={"the KL falls with every β": all(a > b for a, b in pairwise(kls))},
        ),
        learn(
            claims,
            f"At β = {high.train.beta:g} one of two dimensions says nothing any more",
            0.75,
            f"beta#beta={high.train.beta:g}",
            "Move the slider, and follow one colour. A dimension that costs more than it tells gets the same q for every "
            f"image: the prior. At β = {high.train.beta:g} only {active} of 2 is active, and the other has a KL of "
            f"{number(min(high.metrics['latent']['kl_per_dimension']))} nats. This is called collapse.",
            holds={"one dimension of two has collapsed": active == 1},
        ),
        lab(
            f"Two layers, trained plainly: {layers['upper dimensions that carry']:.1f} of 10 upper dimensions carry anything "
            f"(curve “plain”)",
            0.5,
            "collapse",
            "helps",
            "Stack a second layer of latents, and collapse comes without any β. After plain training "
            f"{layers['upper dimensions that carry']:.1f} of ten upper dimensions carry more than a tenth of a nat, the mean of "
            f"the seeds. Together they cost {number(layers['KL, upper layer'])} nats. Warm-up and free bits help, as the "
            "curves show.",
            holds={"most upper dimensions carry nothing": layers["upper dimensions that carry"] < 5},
        ),
        learn(
            claims,
            f"500 draws are more than 1 nat too low for this image, as for {percent(share)} of the images",
            0.75,
            f"how-good#image={claims.ambiguous}",
            "Papers report importance-sampled estimates. Where q misses a peak no draw falls there, and no number of draws "
            f"says so. On average they give {plus_minus(vae['log_px_is'], vae['log_px_is_se'])} nats where the truth is {exact}. "
            "Compare models only by the same estimator on the same pixels.",
            holds={"importance sampling is too low for many images, and this one": share > 0.1 and claims.sampled_short > 1},
        ),
        lab(
            f"Two dimensions cost {twenty - two:.0f} nats: this is a window, and no record",
            0.5,
            "latent-dimension",
            "bound",
            f"With twenty latent dimensions the same budget reaches {number(twenty, 1)} nats, with two {number(two, 1)}. "
            "We stay in two because everything can be seen there. The mathematics is the same.",
            holds={"twenty dimensions are better than two": twenty > two},
        ),
        explore(
            claims,
            f"In two dimensions the truth can be computed: log p(x) = {number(truth, 1)} nats for this image",
            1.0,
            inspect(claims, usual_image),
            f"Image {usual_image} is the one whose truth is nearest to the mean of the test images, {exact} nats; the mean of "
            f"the bound is {plus_minus(vae['elbo'], vae['elbo_se'])}. On screen are truth, bound and gap of this image. "
            "Scatter, manifold, sliders, and the plain autoencoder beside them: now the plane is yours. "
            "Take the code with your phone, and find a place where the two models disagree.",
        ),
    ]
