"""The lectures as eleven steps: content as data, numbers worked out from the models. Knows no Streamlit and no torch."""

from dashboard.learn.steps.inference import INFERENCE_STEPS
from dashboard.learn.steps.model import MODEL_STEPS
from dashboard.learn.steps.quality import QUALITY_STEPS
from dashboard.learn.steps.step import Answer, Equation, Question, Step

STEPS: tuple[Step, ...] = (*MODEL_STEPS, *INFERENCE_STEPS, *QUALITY_STEPS)

__all__ = ["STEPS", "Answer", "Equation", "Question", "Step"]
