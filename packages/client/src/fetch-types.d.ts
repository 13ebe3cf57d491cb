// The generated client names this type of the browser's library; Node's own declarations have it without a name.
type BodyInit = NonNullable<RequestInit['body']>;
