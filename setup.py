"""What pyproject.toml cannot say: a wheel carries the folders that lie beside the packages in a checkout."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BESIDE = (".streamlit/config.toml", "assets/icon.png", "assets/mnist", "assets/experiments", "assets/lecture.json", "pretrained")
"""Files and folders; `vae_engine/base/places.py` finds them in PACKAGED before it looks in a checkout."""
PACKAGED = Path("vae_engine/packaged")


class BuildWithTheRest(build_py):
    """Copies the packages, and what lies beside them into PACKAGED. An editable install reads the checkout itself."""

    def run(self) -> None:
        super().run()
        for source, target in self._carried().items():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        return [*super().get_outputs(include_bytecode), *map(str, self._carried().values())]

    def _carried(self) -> dict[Path, Path]:
        if self.editable_mode:
            return {}
        below = (path for name in BESIDE for path in (Path(name), *Path(name).rglob("*")))
        return {path: Path(self.build_lib) / PACKAGED / path for path in sorted(below) if path.is_file()}


setup(cmdclass={"build_py": BuildWithTheRest})
