using PPYolo.Train.Capsules;

namespace PPYolo.Tests.Unit.Train.Capsules;

public class ObjectCourseTests
{
    [Fact]
    public void An_image_with_more_than_four_times_as_many_objects_as_those_before_is_named()
    {
        var course = After(8, [2, 5, 0]);

        course.Judge([1, 20, 3], []).Should().BeNull("twenty are four times as many");
        course
            .Judge([1, 46, 3], ["a.jpg", "b.jpg", "c.jpg"])
            .Should()
            .Be("image 1 of the batch (b.jpg) has 46 objects, where up to 5 were usual", "one iteration before may have been a bad one");
        course.Judge([1, 46, 3], []).Should().BeNull("it is known by now");
    }

    [Fact]
    public void A_bad_file_that_was_seen_before_anything_was_known_is_named_when_it_comes_again()
    {
        var course = new ObjectCourse();
        course.Judge([3, 50], []).Should().BeNull();
        for (var i = 0; i < 7; i++)
        {
            course.Judge([2, 4], []).Should().BeNull();
        }

        course.Judge([50, 1], []).Should().Be("image 0 of the batch has 50 objects, where up to 4 were usual");
    }

    [Fact]
    public void Few_objects_are_never_too_many_and_nothing_is_judged_before_eight_iterations()
    {
        After(8, [1]).Judge([15], []).Should().BeNull();
        After(8, [1]).Judge([16], []).Should().Be("image 0 of the batch has 16 objects, where up to 1 were usual");
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
