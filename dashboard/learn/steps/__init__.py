"""The lectures as twelve steps: content as data, numbers worked out from the models. Knows no Streamlit and no torch."""

from dashboard.learn.steps.inference import INFERENCE_STEPS
from dashboard.learn.steps.model import MODEL_STEPS
from dashboard.learn.steps.quality import QUALITY_STEPS
from dashboard.learn.steps.step import Answer, Basis, Equation, Question, Step
from dashboard.learn.steps.why import WHY_STEP

STEPS: tuple[Step, ...] = (WHY_STEP, *MODEL_STEPS, *INFERENCE_STEPS, *QUALITY_STEPS)

__all__ = ["STEPS", "Answer", "Basis", "Equation", "Question", "Step"]
