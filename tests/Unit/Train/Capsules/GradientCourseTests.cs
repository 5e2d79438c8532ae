using PPYolo.Train.Capsules;

namespace PPYolo.Tests.Unit.Train.Capsules;

public class GradientCourseTests
{
    [Fact]
    public void A_norm_jumps_by_more_than_its_usual_spread_and_by_more_than_four_times()
    {
        var course = new GradientCourse();
        double[] usual = [10, 12, 9, 11, 10, 13, 8];

        usual.Should().OnlyContain(norm => course.Judge(norm) == null);
        new GradientCourse().Judge(1e9).Should().BeNull("nothing is known before");
        course.Judge(500).Should().BeNull("of seven numbers nothing is usual yet");
        course.Judge(39).Should().BeNull("less than four times the median");
        course.Judge(60).Should().StartWith("the gradient's norm is 60, where 10.5 was usual and up to ");
        course.Judge(double.NaN).Should().NotBeNull();
        course.Judge(0.1).Should().BeNull("smaller is no jump");
    }

    [Fact]
    public void Where_norms_vary_much_more_is_usual()
    {
        var course = new GradientCourse();
        double[] usual = [1, 20, 2, 15, 3, 30, 1, 10];

        usual.Should().OnlyContain(norm => course.Judge(norm) == null);
        course.Judge(100).Should().BeNull();
    }
}
