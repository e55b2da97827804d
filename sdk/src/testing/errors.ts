/** The protocol could not be deployed for a test. The message says what to do. */
export class TestDeploymentError extends Error {
  override readonly name = 'TestDeploymentError';

  constructor(problem: string, cause?: unknown) {
    super(problem, cause === undefined ? undefined : { cause });
  }
}
