"""The lectures as eleven steps: content as data, numbers worked out from the models. Knows no Streamlit and no torch."""

from dashboard.lessons.inference_steps import INFERENCE_STEPS
from dashboard.lessons.model_steps import MODEL_STEPS
from dashboard.lessons.quality_steps import QUALITY_STEPS
from dashboard.lessons.step import Answer, Equation, Question, Step

STEPS: tuple[Step, ...] = (*MODEL_STEPS, *INFERENCE_STEPS, *QUALITY_STEPS)

__all__ = ["STEPS", "Answer", "Equation", "Question", "Step"]
