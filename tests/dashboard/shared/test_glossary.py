"""The words under the words: found in a text, explained once, and harmless."""

from __future__ import annotations

import pytest

from dashboard.learn.steps import STEPS
from dashboard.shared.glossary import GLOSSARY, marked, words_of


def test_a_word_is_explained_where_it_first_stands_and_only_there() -> None:
    text = marked("The ELBO is −(nll + KL). An ELBO is in nats.")
    assert text.count('class="term"') == 4
    assert text.count(GLOSSARY["ELBO"].split(":")[0]) == 2, "once for a pointer, once for a screen reader"
    assert text.endswith("An ELBO is in " + marked("nats") + ".")
    assert marked("The ELBO again", "The ELBO") == "The ELBO again"


@pytest.mark.parametrize("text", ["$\\mathrm{KL}$ of $nll$", "`nll`", "encoded modest codec", "multi-code", "<b title='nll'>"])
def test_formulas_code_and_parts_of_words_are_left_alone(text: str) -> None:
    assert marked(text) == text


def test_a_longer_word_goes_before_its_parts() -> None:
    assert words_of("the aggregate posterior, then the posterior") == ("aggregate posterior", "posterior")
    assert words_of("N(0, I) and importance-sampled autoencoders") == ("N(0, I)", "importance-sampled")


def test_a_marked_word_can_be_reached_by_key_and_says_all_to_a_screen_reader() -> None:
    text = marked("nats")
    assert 'tabindex="0"' in text
    assert 'role="button"' in text
    assert f'aria-label="nats: {GLOSSARY["nats"]}"' in text


def test_every_step_explains_a_word() -> None:
    assert all(words_of(step.idea) or step.words for step in STEPS)


NAMES = (
    *("latent", "posterior", "p(z|x)", "q", "q(z|x)", "μ", "σ", "ε", "prior", "encoder", "decoder", "decode", "reconstruction"),
    *("nll", "KL", "ELBO", "loss", "β", "log p(x)", "importance-sampled", "importance sampling", "IS", "gap", "KL(q ‖ p(z|x))"),
    *("aggregate posterior", "manifold", "code", "prior sd", "code units", "nats", "grey", "dynamic", "threshold", "test split"),
    *("variational", "mean field", "Monte Carlo", "divergence", "undecided pixels", "modes", "Bernoulli"),
    *("k-hat", "effective samples", "R-hat"),
)


@pytest.mark.parametrize("said", NAMES)
def test_every_name_of_the_design_that_stands_on_screen_has_an_entry(said: str) -> None:
    (name,) = words_of(said)
    assert GLOSSARY[name].endswith(".")


def test_units_are_those_of_the_numbers() -> None:
    for name in ("ELBO", "KL", "nll", "log p(x)"):
        assert "nats" in GLOSSARY[name]
    assert "prior standard deviations" in GLOSSARY["latent"]
