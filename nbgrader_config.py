"""nbgrader's settings for this course; docs/grading.md says how they are used."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "tlskit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = "sqlite:///grading/gradebook.db"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer, in your own words:*"
c.ExecutePreprocessor.timeout = 30
