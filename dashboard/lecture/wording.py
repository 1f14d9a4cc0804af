"""The words of the Lecture page."""

LECTURE, LECTURE_PATH = "Lecture", "lecture"
NO_LECTURE = "The lecture that comes with the program is missing: it lies in assets/lecture.json."
