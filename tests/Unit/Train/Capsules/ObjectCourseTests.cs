using PPYolo.Train.Capsules;

namespace PPYolo.Tests.Unit.Train.Capsules;

public class ObjectCourseTests
{
    [Fact]
    public void An_image_with_more_than_three_times_as_many_objects_as_any_before_is_named()
    {
        var course = After(8, [2, 5, 0]);

        course.Judge([1, 15, 3], []).Should().BeNull("fifteen are three times as many");
        course
            .Judge([1, 46, 3], ["a.jpg", "b.jpg", "c.jpg"])
            .Should()
            .Be("image 1 of the batch (b.jpg) has 46 objects, where no image before had more than 15");
        course.Judge([1, 46, 3], []).Should().BeNull("it is known by now");
    }

    [Fact]
    public void Few_objects_are_never_too_many_and_nothing_is_judged_before_eight_iterations()
    {
        After(8, [1]).Judge([15], []).Should().BeNull();
        After(8, [1]).Judge([16], []).Should().Be("image 0 of the batch has 16 objects, where no image before had more than 1");
        After(7, [1]).Judge([50], []).Should().BeNull();
        After(8, [0]).Judge([], []).Should().BeNull("a batch of which it is not known");
    }

    [Fact]
    public void Where_crowded_images_are_usual_none_is_too_crowded()
    {
        // A batch holds no more than 50 objects of an image.
        After(64, [3, 17, 2]).Judge([50], []).Should().BeNull();
    }

    private static ObjectCourse After(int iterations, int[] objects)
    {
        var course = new ObjectCourse();
        for (var i = 0; i < iterations; i++)
        {
            course.Judge(objects, []).Should().BeNull();
        }

        return course;
    }
}
