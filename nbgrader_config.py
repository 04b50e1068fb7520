"""nbgrader's settings for this course; docs/grading.md says how they are used."""

from pathlib import Path

GRADING = Path(__file__).resolve().parent / "grading"
GRADING.mkdir(exist_ok=True)  # nbgrader makes the database, but not its folder

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "tlskit"
c.CourseDirectory.root = str(GRADING.parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{GRADING.as_posix()}/gradebook.db"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer, in your own words:*"
c.ExecutePreprocessor.timeout = 30
